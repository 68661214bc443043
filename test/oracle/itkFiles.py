"""Small files that others have written, and what they hold: VTK images by VTK, MINC 1 by SciPy and MINC 2 by h5py as nibabel reads them.
usage: python3 test/oracle/itkFiles.py > test/oracle/itkFiles.json      (VTK 9.1, nibabel 5, h5py, SciPy, numpy)
`bytes` is the file, deflated by zlib, in base64. `affine` is RAS; that of VTK's images, which have none, takes x, y, z as L, P, S."""
import base64, json, os, tempfile, zlib
import h5py, nibabel.minc1, nibabel.minc2, numpy as np, vtk
from scipy.io import netcdf_file
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
    minc_row(name, path, order)

def minc1(folder, name, order, dtype, cosines={}, scales=0, valid=None, version=1):
    sizes = {"time": 2, "zspace": 3, "yspace": 4, "xspace": 5}
    path = os.path.join(folder, name.replace(" ", "") + ".mnc")
    with netcdf_file(path, "w", version=version) as file:
        file.history = "x" * 20000 if "long" in name else "made here"
        for axis in order:
            file.createDimension(axis, sizes[axis])
            one = file.createVariable(axis, "i", ()); one.spacing = "regular__"
            if axis == "time": continue
            one.start, one.step = {"zspace": (30., 3.), "yspace": (-20., 2.), "xspace": (10., -1.5)}[axis]; one.units = "mm"
            if axis in cosines: one.direction_cosines = np.array(cosines[axis], float)
        shape = [sizes[axis] for axis in order]
        kind = np.dtype(dtype)
        for each, by in (("image-min", 1.), ("image-max", 7.)):
            one = file.createVariable(each, "d", order[:scales])
            if scales: one[:] = np.arange(np.prod(shape[:scales])).reshape(shape[:scales]) * .25 + by
            else: one.assignValue(by)
        image = file.createVariable("image", np.dtype("i%d" % kind.itemsize) if kind.kind in "iu" else kind, order)
        if kind.kind in "iu": image.signtype = "unsigned" if kind.kind == "u" else "signed__"
        if valid: image.valid_range = np.array(valid, float)
        stored = (np.arange(np.prod(shape)) * 7 % 120 * (257 if kind.itemsize > 1 and kind.kind == "u" else 1)).reshape(shape).astype(kind)
        image[:] = stored.view("i%d" % kind.itemsize) if kind.kind in "iu" else stored
    minc_row(name, path, order)

def minc_row(name, path, order):
    read = (nibabel.minc1.Minc1Image if name.startswith("MINC 1") else nibabel.minc2.Minc2Image).from_filename(path)
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
    minc1(folder, "MINC 1 uint8, one scale", ("zspace", "yspace", "xspace"), "u1")
    turned = {"xspace": [.8, .6, 0], "yspace": [-.6, .8, 0], "zspace": [0, 0, 1]}
    minc1(folder, "MINC 1 int16, a scale for each slice, turned", ("zspace", "yspace", "xspace"), "i2", turned, 1, (-10, 200))
    minc1(folder, "MINC 1 uint16, coronal, a scale for each row", ("yspace", "zspace", "xspace"), "u2", {}, 2)
    minc1(folder, "MINC 1 int32, sagittal, 64-bit offsets", ("xspace", "zspace", "yspace"), "i4", {}, 0, (0, 1000), 2)
    minc1(folder, "MINC 1 float32, two times, a long header", ("time", "zspace", "yspace", "xspace"), "f4")
    minc1(folder, "MINC 1 int8, two times, a scale for each", ("time", "zspace", "yspace", "xspace"), "i1", {}, 1)
    minc1(folder, "MINC 1 float64", ("zspace", "yspace", "xspace"), "f8", turned)
    minc(folder, "MINC 2", ("zspace", "yspace", "xspace"), {}, False)
    turned = {"xspace": [.8, .6, 0], "yspace": [-.6, .8, 0], "zspace": [0, 0, 1]}
    minc(folder, "MINC 2, x y z, turned, a range for each slice", ("xspace", "yspace", "zspace"), turned, True)
    minc(folder, "MINC 2, two times", ("time", "zspace", "yspace", "xspace"), {}, False)
print("[\n" + ",\n".join(json.dumps(each) for each in rows) + "\n]")
