"""What nibabel reads from Analyze 7.5 pairs that are made here, with and without what SPM writes into the header.
usage: python3 test/oracle/analyze.py > test/oracle/analyze.json      (nibabel 5, numpy)
`hdr` and `img` are the bytes in base64."""
import base64, json, os, tempfile
import nibabel, numpy as np

def pair(dims, dtype, pixdim, order="<", origin=(0, 0, 0), slope=0., inter=0., cal=(0, 0), gl=(0, 0), offset=0, orient=0):
    header = nibabel.Spm2AnalyzeImage.header_class(endianness=order)
    header.set_data_dtype(dtype); header.set_data_shape(dims)
    header["pixdim"][1:1 + len(pixdim)] = pixdim
    header["origin"][:3] = origin; header["orient"] = bytes([orient])
    header["scl_slope"], header["scl_inter"], header["vox_offset"] = slope, inter, offset
    header["cal_max"], header["cal_min"] = cal; header["glmax"], header["glmin"] = gl
    values = (np.arange(np.prod(dims)) * 7 % 120).astype(np.dtype(dtype).newbyteorder(order))
    return header.binaryblock, bytes(offset) + values.tobytes()

cases = {
    "plain uint8": pair((5, 4, 3), "u1", (2, 3, 4)),
    "int16 big-endian": pair((5, 4, 3), "i2", (1.5, 1.25, 6), ">"),
    "int32, origin by SPM": pair((6, 4, 3), "i4", (2, 2, 2), origin=(3, 4, 2)),
    "origin before the grid": pair((6, 4, 3), "i2", (2, 2, 2), ">", origin=(-2, 0, 1)),
    "origin too far to be one": pair((6, 4, 3), "i2", (2, 2, 2), origin=(30, 1, 1)),
    "float32 with SPM's scale and offset": pair((3, 4, 5), "f4", (1, 1, 1), slope=.5, inter=-3),
    "scale by gl and cal": pair((3, 4, 5), "i2", (1, 2, 1), cal=(.8, .2), gl=(110, 10)),
    "float64, four times, an offset, orient": pair((3, 2, 2, 4), "f8", (1, 2, 3, 2.5), offset=64, orient=3),
    "one slice of four dimensions": pair((4, 4, 1, 1), "u1", (1, 1, 5, 1)),
}
rows = []
for name, (hdr, img) in cases.items():
    with tempfile.TemporaryDirectory() as folder:
        for end, data in ((".hdr", hdr), (".img", img)):
            with open(os.path.join(folder, "a" + end), "wb") as file: file.write(data)
        image = nibabel.load(os.path.join(folder, "a.hdr"))
        assert type(image) is nibabel.Spm2AnalyzeImage
        data = np.asarray(image.dataobj, dtype=np.float64)
        rows.append({
            "name": name, "hdr": base64.b64encode(hdr).decode(), "img": base64.b64encode(img).decode(),
            "shape": (list(data.shape) + [1, 1])[:4], "affine": image.affine.tolist(),
            "values": data.ravel(order="F").tolist(),
        })
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
