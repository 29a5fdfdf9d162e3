"""Small real files of every kind that the portal takes, and of kinds that it does not."""

import io
import struct
import zipfile
import zlib

MAIN_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "odt": "content.xml"}


def pdf(password=""):
    from pypdf import PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=100, height=100)
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


def office(extension, **more):
    """An office file: a zip with its main part, and with further members by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(MAIN_PARTS[extension], "<document>text</document>")
        for name, content in more.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx():
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "cell"
    book.save(out)
    return out.getvalue()


def picture(kind):
    """A picture with the place where it was taken and a comment in it."""
    from PIL import Image, PngImagePlugin

    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "S", 2: (15.0, 47.0, 38.0), 3: "W", 4: (47.0, 52.0, 58.0)})
    exif[0x010E] = "taken by somebody"
    out, author = io.BytesIO(), PngImagePlugin.PngInfo()
    author.add_text("Author", "somebody")
    more = {"pnginfo": author} if kind == "PNG" else {"comment": b"by somebody"}
    Image.new("RGB", (40, 30), "navy").save(out, kind, exif=exif, **more)
    return out.getvalue()


def see_through_picture():
    """A sign of one colour of a palette, on a ground that is not there."""
    from PIL import Image

    sign, out = Image.new("P", (4, 4), 0), io.BytesIO()
    sign.putpalette([255, 255, 255, 0, 0, 128])
    sign.putpixel((1, 1), 1)
    sign.save(out, "PNG", transparency=0)
    return out.getvalue()


def png_of_declared_size(width, height):
    """A picture of 70 bytes that says it is as large as that."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def lying_archive():
    """A bomb that says of its large member that it is small, in both places where a zip says so."""
    honest = office("docx", **{"word/media/big.bin": b"\0" * 3_000_000})
    return honest.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 1_000))


GOOD = {
    "pdf": pdf,
    "docx": lambda: office("docx"),
    "xlsx": xlsx,
    "pptx": lambda: office("pptx"),
    "odt": lambda: office("odt"),
    "jpg": lambda: picture("JPEG"),
    "jpeg": lambda: picture("JPEG"),
    "png": lambda: picture("PNG"),
}
DAMAGED = "The file cannot be opened as"
REFUSED = {
    "picture-as.pdf": (lambda: picture("PNG"), DAMAGED),
    "program.pdf": (lambda: b"MZ\x90\x00" + b"\0" * 500, DAMAGED),
    "begins-like.pdf": (lambda: b"%PDF-1.7\nnothing of the kind", DAMAGED),
    "begins-like.jpeg": (lambda: b"\xff\xd8\xff\xe0" + b"\0" * 100, DAMAGED),
    "truncated.pdf": (lambda: pdf()[:60], DAMAGED),
    "truncated.docx": (lambda: office("docx")[:-40], DAMAGED),
    "truncated.png": (lambda: picture("PNG")[:80], DAMAGED),
    "sheet-as.docx": (xlsx, DAMAGED),
    "any-zip.odt": (lambda: office("docx"), DAMAGED),
    "bomb.docx": (lambda: office("docx", **{"word/media/big.bin": b"\0" * 20_000_000}), "unpacks to far more"),
    "many.docx": (lambda: office("docx", **{f"m{n}": b"" for n in range(10_001)}), "unpacks to far more"),
    "lying.docx": (lying_archive, DAMAGED),
    "macros.docx": (lambda: office("docx", **{"word/vbaProject.bin": b"macro"}), "contains macros"),
    "macros.odt": (lambda: office("odt", **{"Basic/Standard/Module1.xml": b"macro"}), "contains macros"),
    "locked.pdf": (lambda: pdf(password="secret"), "protected by a password"),
    "bomb.png": (lambda: png_of_declared_size(50_000, 50_000), "unpacks to far more"),
    "empty.pdf": (lambda: b"", "The submitted file is empty"),
    "drawing.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Files of this type are not accepted"),
    "page.html": (lambda: b"<html></html>", "Files of this type are not accepted"),
    "report.pdf.exe": (pdf, "Files of this type are not accepted"),
    "report.docm": (lambda: office("docx"), "Files of this type are not accepted"),
    "report": (pdf, "Files of this type are not accepted"),
    ".pdf": (pdf, "Files of this type are not accepted"),
}
