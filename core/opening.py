"""A program of its own, without Django: opens one file under limits and says what is wrong with it.

Arguments: type, path, path for the cleaned copy (pictures and portraits only). Prints a reason and ends with 1 where
the file is refused; ends with 0 where it opened.
"""

import resource
import sys
import zipfile

CPU_SECONDS = 20
MEMORY_BYTES = 1024**3
UNPACKED_BYTES = 400 * 1024**2
UNPACKED_RATIO = 200
MEMBERS = 10_000
PIXELS = 60_000_000
PORTRAIT_SIDE = 400
PARTS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
}


class Refused(Exception):
    """The file is not kept; the argument is the reason's name."""


def open_pdf(path, _cleaned):
    """A PDF whose pages can be counted and that no password protects."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("encrypted")
    if len(reader.pages) == 0:
        raise Refused("broken")
    reader.pages[0].get_contents()


def open_archive(path, part):
    """An office file: a zip with its main part, no macros, and no more inside than is declared and sane."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        declared = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members) or 1
        if len(members) > MEMBERS or declared > UNPACKED_BYTES or declared > packed * UNPACKED_RATIO:
            raise Refused("bomb")
        names = {member.filename for member in members}
        if part not in names:
            raise Refused("broken")
        if any("vbaproject" in name.lower() or name.startswith("Basic/") for name in names):
            raise Refused("macros")
        unpack_within(archive, members, declared)


def unpack_within(archive, members, declared):
    """Read every member, which checks its sum; more bytes than declared is a bomb."""
    total = 0
    for member in members:
        with archive.open(member) as stream:
            while chunk := stream.read(1024 * 1024):
                total += len(chunk)
                if total > declared:
                    raise Refused("bomb")


def open_picture(path, cleaned, kind):
    """A picture, written anew without the data a camera adds."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(path, formats=[kind]) as picture:
        if picture.width * picture.height > PIXELS:
            raise Refused("bomb")
        picture.verify()
    with Image.open(path, formats=[kind]) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
        upright.save(cleaned, format=kind, **({"quality": 90} if kind == "JPEG" else {}))


def open_portrait(path, cleaned):
    """A person's picture: the square in its middle, small, as a JPEG of nothing but pixels."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(path, formats=["JPEG", "PNG"]) as picture:
        if picture.width * picture.height > PIXELS:
            raise Refused("bomb")
        picture.draft("RGB", (2 * PORTRAIT_SIDE, 2 * PORTRAIT_SIDE))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(picture)
    side = min(*upright.size, PORTRAIT_SIDE)
    small = ImageOps.fit(upright.convert("RGBA"), (side, side))
    portrait = Image.new("RGB", small.size, "white")
    portrait.paste(small, mask=small)
    portrait.save(cleaned, format="JPEG", quality=85, optimize=True)


def limit():
    """Bound the processor and the memory that this process may use from now on."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def why_not_read(read):
    """Do `read()`, which takes a foreign file apart in a process of its own, under limits: the reason's name where the
    file is refused, else ""."""
    limit()
    try:
        read()
    except Refused as refusal:
        return str(refusal)
    except (MemoryError, RecursionError):
        return "limits"
    except Exception:  # whatever a parser of foreign files raises: it is not read
        return "broken"
    return ""


def main(extension, path, cleaned):
    limit()
    try:
        if extension == "pdf":
            open_pdf(path, cleaned)
        elif extension in PARTS:
            open_archive(path, PARTS[extension])
        elif extension == "portrait":
            open_portrait(path, cleaned)
        else:
            open_picture(path, cleaned, extension.upper())
    except Refused as refusal:
        return str(refusal)
    except MemoryError:
        return "limits"
    except Exception as error:  # whatever a parser of foreign files raises: the file is not kept
        bomb = type(error).__name__ == "DecompressionBombError"
        return "bomb" if bomb else "broken"
    return ""


if __name__ == "__main__":
    reason = main(*sys.argv[1:])
    print(reason)
    sys.exit(1 if reason else 0)
