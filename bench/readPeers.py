"""python3 readPeers.py PEER PATH REPEATS: a native reader, file to an array in memory; prints one line of JSON."""
import glob, json, os, resource, sys, time
import numpy as np
peer, path, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
files = sorted(glob.glob(path + "/*")) if os.path.isdir(path) else [path]
def by_pydicom():
    import pydicom
    ds = sorted((pydicom.dcmread(f) for f in files), key=lambda d: float(d.ImagePositionPatient[2]))
    return pydicom.__version__, np.stack([d.pixel_array * int(d.RescaleSlope) + int(d.RescaleIntercept) for d in ds])
def by_gdcm():
    import gdcm
    out = []
    for f in files:
        r = gdcm.ImageReader(); r.SetFileName(f)
        if not r.Read(): raise SystemExit(f"gdcm cannot read {f}")
        im = r.GetImage(); n = im.GetDimension(0) * im.GetDimension(1)
        out.append(np.frombuffer(im.GetBuffer().encode("utf-8", errors="surrogateescape"), dtype=np.uint16)[:n])
    return gdcm.Version.GetVersion(), np.stack(out)
def by_nibabel():
    import nibabel
    return nibabel.__version__, np.asanyarray(nibabel.load(path).dataobj)
def by_vtk():
    import vtkmodules.vtkIOImage as io
    from vtkmodules.vtkCommonCore import vtkVersion
    r = io.vtkDICOMImageReader() if os.path.isdir(path) else io.vtkNIFTIImageReader()
    r.SetDirectoryName(path) if os.path.isdir(path) else r.SetFileName(path)
    r.Update(); return vtkVersion.GetVTKVersion(), np.zeros(r.GetOutput().GetNumberOfPoints(), np.uint8)
def by_itk():
    import itk
    return itk.Version.GetITKVersion(), np.asarray(itk.imread(path))
runs = []
for _ in range(repeats):
    start = time.perf_counter(); version, a = globals()["by_" + peer](); runs.append((time.perf_counter() - start) * 1000)
    if a.size == 0: raise SystemExit("nothing was read")
print(json.dumps({"version": version, "runs": runs, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
