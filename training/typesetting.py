"""Makes a PDF from one HTML text, in a process of its own: without network, database or secrets, within limits.

The portal starts this file with its own Python (training/pdf_files.py) and writes one JSON object to its standard
input: "html", "css", "base" (the address that links without a host begin with), "pictures" ({address: [path, type]})
and "to" (the path of the file to write). It answers {"pages": n}. WeasyPrint is imported here and nowhere else.
"""

import ctypes
import json
import os
import resource
import sys

# The C libraries that WeasyPrint opens; Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.
LIBRARIES = [
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
]
MEMORY = 4 * 1024**3  # addresses, of which a text of 12,000 paragraphs uses less than half
SECONDS = 15 * 60  # of a processor
POLITENESS = 10  # pages of the portal go first


def missing_libraries():
    """Those of the libraries that this machine does not have."""
    return [name for name in LIBRARIES if not _opens(name)]


def _opens(name):
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def typeset(html, css, base, pictures):
    """(The bytes of a tagged PDF, its number of pages). Nothing is fetched but the files of `pictures`."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyThese(URLFetcher):
        def fetch(self, url, headers=None):
            if url not in pictures:
                raise ValueError("nothing is fetched")
            path, media_type = pictures[url]
            with open(path, "rb") as file:
                return URLFetcherResponse(url, file.read(), {"Content-Type": media_type})

    fetcher = OnlyThese(allowed_protocols=[])
    sheet = CSS(string=css, url_fetcher=fetcher)
    document = HTML(string=html, base_url=base, url_fetcher=fetcher).render(stylesheets=[sheet], optimize_images=True)
    return document.write_pdf(pdf_variant="pdf/ua-1"), len(document.pages)


def _say_languages():
    """Have WeasyPrint, which tags a document with one language, tag each part with its own; held by a test."""
    from pydyf import String
    from weasyprint.pdf import tags

    build = tags._build_box_tree

    def build_with_language(box, *others):
        for made in build(box, *others):
            own = box.element is not None and box.element_tag not in ("html", "body") and box.element.get("lang")
            if own:
                made["Lang"] = String(own)
            yield made

    tags._build_box_tree = build_with_language


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.nice(POLITENESS)
    asked = json.load(sys.stdin)
    _say_languages()
    content, pages = typeset(asked["html"], asked["css"], asked["base"], asked["pictures"])
    with open(asked["to"], "wb") as file:
        file.write(content)
    sys.stdout.write(json.dumps({"pages": pages}))


if __name__ == "__main__":
    if sys.argv[1:] == ["--missing"]:
        sys.stdout.write("\n".join(missing_libraries()))
    else:
        main()
