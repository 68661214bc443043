"""Small archives as Python's zipfile writes them, for the reader's tests. Writes archives.json beside itself.
usage: python3 test/io/zip/archives.py"""
import base64
import io
import json
import os
import zipfile

CONTENT = b"scan" * 40


class Pipe(io.RawIOBase):
    """What cannot be wound back: sizes follow the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


pipe = Pipe()
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
    entry = zipfile.ZipInfo("a.nii")
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as file:
        file.write(CONTENT)
    archive.comment = b"made for a test PK\x05\x06 here"
piped = bytes(pipe.bytes)
zipfile.ZIP64_LIMIT = 10
zipfile.ZIP_FILECOUNT_LIMIT = 0
wide = io.BytesIO()
with zipfile.ZipFile(wide, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(zipfile.ZipInfo("a.nii"), CONTENT, zipfile.ZIP_DEFLATED)
made = {"piped": piped, "behind a program": b"PK\x03\x04" + b"#!/bin/sh" * 20 + piped, "zip64": wide.getvalue()}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "archives.json"), "w") as f:
    json.dump({name: base64.b64encode(data).decode() for name, data in made.items()}, f, indent=2)
    f.write("\n")
