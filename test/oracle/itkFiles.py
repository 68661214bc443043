"""Small files that others than ITK have written, and what they hold: VTK images by VTK, MINC 2 by h5py as nibabel reads it.
usage: python3 test/oracle/itkFiles.py > test/oracle/itkFiles.json      (VTK 9.1, nibabel 5, h5py, numpy)
`bytes` is the file, deflated by zlib, in base64. `affine` is RAS; that of VTK's images, which have none, takes x, y, z as L, P, S."""
import base64, json, os, tempfile, zlib
import h5py, nibabel, nibabel.minc2, numpy as np, vtk
from vtk.util.numpy_support import numpy_to_vtk

rows = []
def row(name, path, shape, affine, values):
    with open(path, "rb") as file: data = base64.b64encode(zlib.compress(file.read(), 9)).decode()
    rows.append({"name": name, "bytes": data, "shape": shape, "affine": affine, "values": [float(value) for value in values]})

def by_vtk(folder, name, dtype, binary, field=False):
    dims = (4, 3, 2)
    values = (np.arange(24) * 5 - (0 if dtype[0] == "u" else 60)).astype(dtype)
    image = vtk.vtkImageData(); image.SetDimensions(dims); image.SetSpacing(.5, 1.25, 2); image.SetOrigin(10, -20, 30)
    array = numpy_to_vtk(values, deep=True); array.SetName("my values")
    image.GetPointData().AddArray(array) if field else image.GetPointData().SetScalars(array)
    # A note on an array, which the file has behind the voxels.
    key = vtk.vtkDataArray.UNITS_LABEL(); array.GetInformation().Set(key, "HU")
    writer = vtk.vtkStructuredPointsWriter(); writer.SetInputData(image)
    path = os.path.join(folder, name + ".vtk"); writer.SetFileName(path)
    writer.SetFileTypeToBinary() if binary else writer.SetFileTypeToASCII()
    writer.Write()
    row(name, path, [*dims, 1], [[-.5, 0, 0, -10], [0, -1.25, 0, 20], [0, 0, 2, 30], [0, 0, 0, 1]], values)

def minc(folder, name, order, cosines, scaled):
    sizes = {"time": 2, "zspace": 3, "yspace": 4, "xspace": 5}
    starts, steps = {"zspace": 30., "yspace": -20., "xspace": 10.}, {"zspace": 3., "yspace": 2., "xspace": -1.5}
    path = os.path.join(folder, name + ".mnc")
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        root = file.create_group("minc-2.0")
        dimensions = root.create_group("dimensions"); root.create_group("info")
        for axis in order:
            one = dimensions.create_dataset(axis, data=np.int32(0)); said = one.attrs
            said["length"] = np.uint32(sizes[axis]); said["spacing"] = np.bytes_("regular__"); said["dimorder"] = np.bytes_(axis)
            said["class"] = np.bytes_("time___" if axis == "time" else "spatial"); said["alignment"] = np.bytes_("centre")
            said["start"], said["step"] = starts.get(axis, 0.), steps.get(axis, 1.); said["units"] = np.bytes_("mm")
            if axis in cosines: said["direction_cosines"] = np.array(cosines[axis])
        image = root.create_group("image/0")
        shape = [sizes[axis] for axis in order]
        stored = (np.arange(np.prod(shape)) * 7 % 251).reshape(shape).astype("<i2")
        voxels = image.create_dataset("image", data=stored)
        voxels.attrs["dimorder"] = np.bytes_(",".join(order)); voxels.attrs["valid_range"] = np.array([0., 250.])
        # One range for each slice, or for all.
        low, high = (np.arange(shape[0]) * 1., np.arange(shape[0]) * 2. + 10) if scaled else (np.float64(0), np.float64(250))
        for each, data in (("image-min", low), ("image-max", high)):
            one = image.create_dataset(each, data=data)
            one.attrs["dimorder"] = np.bytes_(order[0] if scaled else "")
    read = nibabel.load(path)
    data, affine = np.asarray(read.dataobj), read.affine
    names = [axis for axis in order if axis != "time"]
    to = [names.index(axis) for axis in ("xspace", "yspace", "zspace")]
    data = data.reshape([-1] * ("time" not in order) + list(data.shape)) if "time" in order else data[None]
    data = data.transpose(0, *[1 + axis for axis in reversed(to)])
    row(name, path, [5, 4, 3, data.shape[0]], affine[:, to + [3]].tolist(), data.ravel())

with tempfile.TemporaryDirectory() as folder:
    by_vtk(folder, "VTK binary int16", "i2", True)
    by_vtk(folder, "VTK text float64", "f8", False)
    by_vtk(folder, "VTK text int8", "i1", False)
    by_vtk(folder, "VTK binary uint8", "u1", True)
    by_vtk(folder, "VTK binary float32", "f4", True)
    by_vtk(folder, "VTK binary int64", "i8", True)
    by_vtk(folder, "VTK binary, a field", "i4", True, True)
    by_vtk(folder, "VTK text, a field", "u2", False, True)
    minc(folder, "MINC 2", ("zspace", "yspace", "xspace"), {}, False)
    turned = {"xspace": [.8, .6, 0], "yspace": [-.6, .8, 0], "zspace": [0, 0, 1]}
    minc(folder, "MINC 2, x y z, turned, a range for each slice", ("xspace", "yspace", "zspace"), turned, True)
    minc(folder, "MINC 2, two times", ("time", "zspace", "yspace", "xspace"), {}, False)
print("[\n" + ",\n".join(json.dumps(each) for each in rows) + "\n]")
