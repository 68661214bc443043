"""The case table of the isosurface kernel, read off VTK: runs vtkFlyingEdges3D on the 256 volumes of 2 x 2 x 2 voxels and notes
which edges each triangle uses. Writes src/compute/jobs/isosurfaceCases.ts.   usage: python3 test/oracle/isosurface-cases.py

Corner (di, dj, dk) is bit di + 2 dj + 4 dk. Edges: 0-3 along i at (dj, dk) = (0,0) (1,0) (0,1) (1,1); 4-7 at di = 0: along j at
dk = 0, 1, along k at dj = 0, 1; 8-11 the same at di = 1. Triangles face the corners that are outside."""
import os
import numpy as np
from vtkmodules.vtkCommonCore import vtkVersion
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

def edge(p):
    axis = int(np.argmin(np.abs(p - 0.5))); i, j, k = (int(round(v)) for v in p)
    if axis == 0: return j + 2 * k
    return 8 * 0 + 4 + 4 * i + (k if axis == 1 else 2 + j)

cases = []
for case in range(256):
    v = np.array([(case >> n) & 1 for n in range(8)], np.float32)
    im = vtkImageData(); im.SetDimensions(2, 2, 2); im.GetPointData().SetScalars(numpy_to_vtk(v, deep=True))
    f = vtkFlyingEdges3D(); f.SetInputData(im); f.SetValue(0, 0.5); f.ComputeNormalsOff(); f.Update(); o = f.GetOutput()
    if o.GetNumberOfCells() == 0: cases.append([]); continue
    p = vtk_to_numpy(o.GetPoints().GetData()).astype(float); t = vtk_to_numpy(o.GetPolys().GetData()).reshape(-1, 4)[:, 1:]
    cases.append([edge(p[n]) for tri in t for n in tri])
# Outwards: in case 1 only corner 0 is inside, so its triangle has to face (1, 1, 1).
mid = {0: (.5, 0, 0), 4: (0, .5, 0), 6: (0, 0, .5)}
a, b, c = (np.array(mid[e]) for e in cases[1])
if np.cross(b - a, c - a).sum() < 0: cases = [[e for n in range(0, len(t), 3) for e in (t[n], t[n + 2], t[n + 1])] for t in cases]
rows = "\n".join("  '" + " ".join("".join("0123456789ab"[e] for e in t[n:n + 3]) for n in range(0, len(t), 3)) + "'," for t in cases)
here = os.path.dirname(os.path.abspath(__file__))
open(os.path.join(here, "../../src/compute/jobs/isosurfaceCases.ts"), "w").write(f"""// Made by test/oracle/isosurface-cases.py from VTK {vtkVersion.GetVTKVersion()}: which edges each triangle of each of the 256 cases uses.
/**
 * Triangles of a cell by its case, three edges each as hexadecimal digits, counter-clockwise seen from outside.
 * Corner (di, dj, dk) is bit di + 2·dj + 4·dk, set where it is inside. Edges 0–3 run along i at (dj, dk) = (0,0) (1,0) (0,1) (1,1);
 * 4–7 lie at di = 0: along j at dk = 0, 1, along k at dj = 0, 1; 8–11 the same at di = 1.
 */
export const isosurfaceCases: readonly string[] = [
{rows}
];
""")
