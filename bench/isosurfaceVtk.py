"""Native vtkFlyingEdges3D with normals on one raw volume, tied to CPUS cores.   usage: isosurfaceVtk.py RAW TYPE NI NJ NK ISO CPUS REPEATS
Prints {"version", "first", "runs", "peakBytes", "vertices", "triangles"}: ms of the first run of this process, and of the later ones
with freed memory kept (malloc is told so below): without it each run maps its output anew, and page faults are measured."""
import json, os, sys, time
keep = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "67108864", "MALLOC_ARENA_MAX": "1"}
if any(os.environ.get(k) != v for k, v in keep.items()): os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **keep})
import numpy as np
from vtkmodules.vtkCommonCore import vtkSMPTools, vtkVersion
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.util.numpy_support import numpy_to_vtk
raw, kind, ni, nj, nk, iso, cpus, repeats = sys.argv[1:9]
a = np.fromfile(raw, {"u8": np.uint8, "i16": np.int16}[kind])
im = vtkImageData(); im.SetDimensions(int(ni), int(nj), int(nk)); im.GetPointData().SetScalars(numpy_to_vtk(a, deep=True)); del a
vtkSMPTools.Initialize(int(cpus)); ms = []
for _ in range(int(repeats) + 1):
    f = vtkFlyingEdges3D(); f.SetInputData(im); f.SetValue(0, float(iso)); f.ComputeNormalsOn(); f.ComputeScalarsOff()
    t = time.perf_counter(); f.Update(); ms.append((time.perf_counter() - t) * 1e3)
    counts = f.GetOutput().GetNumberOfPoints(), f.GetOutput().GetNumberOfCells(); del f
peak = next((int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")), None)
print(json.dumps({"version": vtkVersion.GetVTKVersion(), "first": ms[0], "runs": ms[1:], "peakBytes": peak, "vertices": counts[0], "triangles": counts[1]}))
