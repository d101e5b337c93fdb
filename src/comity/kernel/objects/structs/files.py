"""Cyber-observables of files: artifact, directory, file and its predefined extensions (STIX 2.1 6.1, 6.3, 6.7)."""

from typing import Annotated

from comity.kernel.objects.structs.core import Observable, Part
from comity.kernel.objects.structs.kinds import (
    TO_SCO,
    Binary,
    Bool,
    Charset,
    Dictionary,
    Float,
    Hashes,
    Hex,
    Int,
    Kind,
    Natural,
    Str,
    Text,
    Timestamp,
    Url,
    Vocab,
    to,
)

FileOrDirectoryRef = Annotated[str, to("file", "directory")]


class Artifact(Observable, tag="artifact", kw_only=True):
    """Bytes, or a link to them (6.1)."""

    mime_type: Str | None = None
    payload_bin: Binary | None = None
    url: Url | None = None
    hashes: Hashes | None = None
    encryption_algorithm: Annotated[str, Vocab("encryption-algorithm-enum")] | None = None
    decryption_key: Str | None = None


class Directory(Observable, tag="directory", kw_only=True):
    """A directory of a file system (6.3)."""

    path: Text
    path_enc: Charset | None = None
    ctime: Timestamp | None = None
    mtime: Timestamp | None = None
    atime: Timestamp | None = None
    contains_refs: list[FileOrDirectoryRef] | None = None


class ArchiveExt(Part, kw_only=True):
    """What an archive holds (6.7.2)."""

    contains_refs: list[FileOrDirectoryRef]
    comment: Text | None = None


class AlternateDataStream(Part, kw_only=True):
    """An alternate data stream of NTFS (6.7.3)."""

    name: Text
    hashes: Hashes | None = None
    size: Natural | None = None


class NtfsExt(Part, kw_only=True):
    """What NTFS knows of a file (6.7.3)."""

    sid: Str | None = None
    alternate_data_streams: list[AlternateDataStream] | None = None


class PdfExt(Part, kw_only=True):
    """A PDF file (6.7.4)."""

    version: Str | None = None
    is_optimized: Bool | None = None
    document_info_dict: Annotated[dict[str, str], Dictionary("string")] | None = None
    pdfid0: Str | None = None
    pdfid1: Str | None = None


class RasterImageExt(Part, kw_only=True):
    """A raster image (6.7.5)."""

    image_height: Int | None = None
    image_width: Int | None = None
    bits_per_pixel: Int | None = None
    exif_tags: Annotated[dict[str, int | str], Dictionary("word")] | None = None


class PeOptionalHeader(Part, kw_only=True):
    """The optional header of a portable executable (6.7.6)."""

    magic_hex: Hex | None = None
    major_linker_version: Int | None = None
    minor_linker_version: Int | None = None
    size_of_code: Natural | None = None
    size_of_initialized_data: Natural | None = None
    size_of_uninitialized_data: Natural | None = None
    address_of_entry_point: Int | None = None
    base_of_code: Int | None = None
    base_of_data: Int | None = None
    image_base: Int | None = None
    section_alignment: Int | None = None
    file_alignment: Int | None = None
    major_os_version: Int | None = None
    minor_os_version: Int | None = None
    major_image_version: Int | None = None
    minor_image_version: Int | None = None
    major_subsystem_version: Int | None = None
    minor_subsystem_version: Int | None = None
    win32_version_value_hex: Hex | None = None
    size_of_image: Natural | None = None
    size_of_headers: Natural | None = None
    checksum_hex: Hex | None = None
    subsystem_hex: Hex | None = None
    dll_characteristics_hex: Hex | None = None
    size_of_stack_reserve: Natural | None = None
    size_of_stack_commit: Natural | None = None
    size_of_heap_reserve: Natural | None = None
    size_of_heap_commit: Natural | None = None
    loader_flags_hex: Hex | None = None
    number_of_rva_and_sizes: Int | None = None
    hashes: Hashes | None = None


class PeSection(Part, kw_only=True):
    """A section of a portable executable (6.7.6)."""

    name: Text
    size: Natural | None = None
    entropy: Float | None = None
    hashes: Hashes | None = None


class WindowsPeBinaryExt(Part, kw_only=True):
    """A Windows portable executable (6.7.6)."""

    pe_type: Annotated[str, Vocab("windows-pebinary-type-ov")]
    imphash: Text | None = None
    machine_hex: Hex | None = None
    number_of_sections: Natural | None = None
    time_date_stamp: Annotated[str, Kind("timestamp-seconds")] | None = None
    pointer_to_symbol_table_hex: Hex | None = None
    number_of_symbols: Natural | None = None
    size_of_optional_header: Natural | None = None
    characteristics_hex: Hex | None = None
    file_header_hashes: Hashes | None = None
    optional_header: PeOptionalHeader | None = None
    sections: list[PeSection] | None = None


class File(Observable, tag="file", kw_only=True):
    """A file (6.7)."""

    hashes: Hashes | None = None
    size: Natural | None = None
    name: Text | None = None
    name_enc: Charset | None = None
    magic_number_hex: Hex | None = None
    mime_type: Str | None = None
    ctime: Timestamp | None = None
    mtime: Timestamp | None = None
    atime: Timestamp | None = None
    parent_directory_ref: Annotated[str, to("directory")] | None = None
    contains_refs: list[Annotated[str, TO_SCO]] | None = None
    content_ref: Annotated[str, to("artifact")] | None = None
