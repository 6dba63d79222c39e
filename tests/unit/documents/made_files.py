"""Small office files, images and PDFs made byte by byte for the tests."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
OOXML_MAIN = "application/vnd.openxmlformats-officedocument."


def zipped(
    members: dict[str, bytes | str], *, stored: tuple[str, ...] = (), level: int = 6
) -> bytes:
    """A zip archive of the members, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=method)
    return buffer.getvalue()


def content_types(main: str) -> str:
    """The part that says what an OOXML package is."""
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/x" ContentType="{main}"/></Types>'
    )


def docx(text: str = "หนังสือ", **more: bytes | str) -> bytes:
    """A Word document of one paragraph a line; ``more`` are further members."""
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(OOXML_MAIN + "wordprocessingml.document.main+xml"),
        "word/document.xml": f"<w:document {_W}><w:body>{lines}</w:body></w:document>",
    }
    return zipped(members | more)


def pptx(*slides: str) -> bytes:
    """A presentation of one text per slide."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": content_types(OOXML_MAIN + "presentationml.presentation.main+xml")
    }
    for number, text in enumerate(slides, 1):
        members[f"ppt/slides/slide{number}.xml"] = f"<p {_A}><a:p><a:t>{text}</a:t></a:p></p>"
    return zipped(members)


def odt(text: str = "หนังสือ", **more: bytes | str) -> bytes:
    """An OpenDocument text of one paragraph a line."""
    lines = "".join(f"<t:p>{line}</t:p>" for line in text.split("\n"))
    members: dict[str, bytes | str] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f'<o:d xmlns:o="{_OFFICE}" xmlns:t="{_TEXT}"><o:body>{lines}</o:body></o:d>',
    }
    return zipped(members | more, stored=("mimetype",))


def picture(text: str = "", *, size: tuple[int, int] = (64, 32), form: str = "PNG") -> bytes:
    """A white picture with a word on it."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((4, 4), text, fill="black")
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is that large and has one packed row of zeros."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of the given objects (numbered from 1, the first is the catalogue)."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def text_pdf(*pages: str) -> bytes:
    """A PDF with Latin text, one string a page."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]>>" % (count, kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, text in enumerate(pages):
        show = b"BT /F 12 Tf 72 720 Td (%s) Tj ET" % text.encode("latin-1")
        objects.append(
            b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (5 + 2 * at)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(show), show))
    return pdf(*objects)


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file; ``a/b`` is stream b in storage a. Streams are padded to 4,096 bytes."""
    padded = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    entries = _entries(sorted(padded))
    sectors: list[bytes] = []
    chains: list[int] = []
    starts: dict[str, tuple[int, int]] = {}
    for name, body in padded.items():
        starts[name] = (len(sectors), len(body))
        chains += _chain(len(sectors), -(-len(body) // SECTOR))
        sectors += [body[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(body), 512)]
    directory_at = len(sectors)
    directory = b"".join(
        _entry(name, kind, right, child, *starts.get(path, (END if kind != 2 else 0, 0)))
        for path, name, kind, right, child in entries
    )
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    chains += _chain(directory_at, len(directory) // SECTOR)
    sectors += [directory[at : at + SECTOR] for at in range(0, len(directory), SECTOR)]
    fat_at = len(sectors)
    fat_count = -(-(len(chains) + 1) // 127)
    chains += [FAT] * fat_count
    chains += [FREE] * (fat_count * 128 - len(chains))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIII", fat_count, directory_at, 0, 4096, END, 0, END, 0)
    header += struct.pack(
        "<109I", *[fat_at + at for at in range(fat_count)], *[FREE] * (109 - fat_count)
    )
    return header + b"".join(sectors) + struct.pack(f"<{len(chains)}I", *chains)


def _chain(start: int, count: int) -> list[int]:
    return [start + at + 1 for at in range(count - 1)] + [END]


def _entries(paths: list[str]) -> list[tuple[str, str, int, int, int]]:
    """Directory entries (path, name, kind, right sibling, child), siblings linked to the right."""
    tree: dict[str, list[str]] = {"": []}
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder and folder not in tree:
            tree[""].append(folder)
            tree[folder] = []
        tree[folder].append(path)
    order = [""] + [path for folder in tree for path in tree[folder]]
    right, child = {}, {}
    for folder, members in tree.items():
        child[folder] = order.index(members[0]) if members else FREE
        for one, following in itertools.pairwise(members):
            right[one] = order.index(following)
    return [
        (
            path,
            path.rpartition("/")[2] or "Root Entry",
            5 if not path else (1 if path in tree else 2),
            right.get(path, FREE),
            child.get(path, FREE),
        )
        for path in order
    ]


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def record(kind: int, body: bytes) -> bytes:
    """A record of a workbook stream."""
    return struct.pack("<HH", kind, len(body)) + body


def workbook(*cells: str, sheet_kind: int = 0) -> bytes:
    """An Excel 97 workbook with the cells in the first column of one sheet."""
    name = "Sheet".encode("utf-16-le")
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    start += record(0x42, struct.pack("<H", 1200))
    bound = struct.pack("<BBBB", 0, sheet_kind, 5, 1) + name
    end = record(0x0A, b"")
    sheet_at = len(start) + 4 + 4 + len(bound) + len(end)
    stream = start + record(0x85, struct.pack("<I", sheet_at) + bound) + end
    stream += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for row, text in enumerate(cells):
        body = struct.pack("<HHHHB", row, 0, 0, len(text), 1) + text.encode("utf-16-le")
        stream += record(0x204, body)
    return compound({"Workbook": stream + end})


def word_document(*, is_encrypted: bool = False) -> bytes:
    """An old Word file as far as its header."""
    flags = 0x0100 if is_encrypted else 0
    return compound({"WordDocument": struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0, 0, flags)})
