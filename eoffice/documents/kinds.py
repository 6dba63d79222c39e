"""The kinds of files that are accepted: the allow-list, with the names people know them by."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class Kind:
    """An accepted kind of file; of a sniffed file also whether a password locks it.

    ``media_type`` is the only type a file of this kind is ever served as. ``is_scannable`` kinds
    have page images, which can be shown and recognised.
    """

    code: str
    media_type: str
    extensions: tuple[str, ...]
    label: str
    is_scannable: bool = False
    is_encrypted: bool = False

    @property
    def extension(self) -> str:
        """The usual extension, without the dot."""
        return self.extensions[0]


_ALL = (
    Kind("pdf", "application/pdf", ("pdf",), "เอกสาร PDF", is_scannable=True),
    Kind("docx", _OOXML + "wordprocessingml.document", ("docx",), "เอกสาร Word"),
    Kind("xlsx", _OOXML + "spreadsheetml.sheet", ("xlsx",), "ตาราง Excel"),
    Kind("pptx", _OOXML + "presentationml.presentation", ("pptx",), "งานนำเสนอ PowerPoint"),
    Kind("doc", "application/msword", ("doc",), "เอกสาร Word รุ่นเก่า"),
    Kind("xls", "application/vnd.ms-excel", ("xls",), "ตาราง Excel รุ่นเก่า"),
    Kind("ppt", "application/vnd.ms-powerpoint", ("ppt",), "งานนำเสนอ PowerPoint รุ่นเก่า"),
    Kind("odt", _ODF + "text", ("odt",), "เอกสาร OpenDocument"),
    Kind("ods", _ODF + "spreadsheet", ("ods",), "ตาราง OpenDocument"),
    Kind("odp", _ODF + "presentation", ("odp",), "งานนำเสนอ OpenDocument"),
    Kind("txt", "text/plain", ("txt",), "ข้อความ"),
    Kind("csv", "text/csv", ("csv",), "ตาราง CSV"),
    Kind("jpg", "image/jpeg", ("jpg", "jpeg", "jfif"), "ภาพ JPG", is_scannable=True),
    Kind("png", "image/png", ("png",), "ภาพ PNG", is_scannable=True),
    Kind("gif", "image/gif", ("gif",), "ภาพ GIF", is_scannable=True),
    Kind("tiff", "image/tiff", ("tif", "tiff"), "ภาพ TIFF", is_scannable=True),
    Kind("zip", "application/zip", ("zip",), "ไฟล์บีบอัด ZIP"),
)
KINDS = MappingProxyType({kind.code: kind for kind in _ALL})
"""Every accepted kind by its code."""

KIND_BY_EXTENSION = MappingProxyType(
    {extension: kind for kind in _ALL for extension in kind.extensions}
)
ACCEPT = ",".join("." + extension for extension in KIND_BY_EXTENSION)
"""For the ``accept`` attribute of a file field."""

MACRO_EXTENSIONS = frozenset("docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm".split())
WEB_EXTENSIONS = frozenset(
    "htm html xhtml mht mhtml shtml svg svgz xml xsl xslt js mjs css php asp aspx jsp url".split()
)
PROGRAM_EXTENSIONS = frozenset(
    "exe com scr pif bat cmd msi msp dll sys cpl jar class jse vbs vbe vb wsf wsh ws hta ps1 psm1 "
    "lnk reg inf scf chm hlp apk app deb rpm sh bash py pyc pl rb iso img vhd vhdx gadget "
    "appref-ms application dex library-ms search-ms settingcontent-ms".split()
)
ARCHIVE_EXTENSIONS = frozenset("7z rar tar gz tgz bz2 xz zst cab arj lzh ace".split())
