"""What vtkFlyingEdges3D makes of small phantoms; writes isosurface.json beside this file.   usage: python3 test/oracle/isosurface.py

The phantoms are formulas in whole numbers, the same in test/compute/isosurfacePhantoms.ts. VTK sees rescaled values on a grid of
spacing 1; its vertices are placed by the affine here, its normals by the inverse transpose, turned to face lower values."""
import json, os
import numpy as np
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.vtkCommonCore import vtkVersion
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

def ball(i, j, k): return np.clip(200 - ((i - 10) ** 2 + (j - 9) ** 2 + (k - 8) ** 2) * 2, 0, 255)
def steps(i, j, k): return ((i * 7 + j * 13 + k * 29 + i * j + 3 * j * k) % 5) * 45
def saddle(i, j, k): return (i - 9) ** 2 * (j - 4) - (k - 6) ** 3 * 5 + 7 * i * k - 200
def squares(i, j, k): return (i * i * 37 + j * j * 91 + k * k * 53) * 7 % 65536
def long(i, j, k): return (i * i * 3 + j * 17 + k * 31) % 251
def fine(i, j, k): return ((i - 6) * (j - 5) * 16 + (k - 4) * (k - 4) * 40 - (i - 6) ** 2 * 24) / 256

cube = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
mirrored = [[-0.7, 0, 0, 90], [0, 0.8, 0, -126], [0, 0, 1.5, -72]]
oblique = [[0.6, -0.64, 0.35, 12], [0.65, 0.5, -0.2, -30], [-0.1, 0.45, 1.9, 55]]
phantoms = [
    dict(name="ball", kind="u8", dims=[21, 18, 16], rows=cube, slope=1, intercept=0, iso=120.5, f=ball),
    dict(name="steps", kind="u8", dims=[12, 11, 9], rows=mirrored, slope=1, intercept=0, iso=90, f=steps),
    dict(name="saddle", kind="i16", dims=[19, 12, 13], rows=mirrored, slope=1, intercept=-1024, iso=-1100, f=saddle),
    dict(name="squares", kind="u16", dims=[14, 15, 10], rows=oblique, slope=0.5, intercept=3, iso=20003, f=squares),
    dict(name="long", kind="u8", dims=[131, 5, 6], rows=oblique, slope=1, intercept=0, iso=100, f=long),
    dict(name="fine", kind="f32", dims=[13, 12, 10], rows=oblique, slope=1, intercept=0, iso=0.25, f=fine),
    dict(name="turned", kind="i16", dims=[19, 12, 13], rows=cube, slope=-1, intercept=100, iso=250.5, f=saddle),
    dict(name="turned-mirrored", kind="f32", dims=[13, 12, 10], rows=mirrored, slope=-2, intercept=1, iso=0.5, f=fine),
]
out = []
for p in phantoms:
    ni, nj, nk = p["dims"]; k, j, i = np.meshgrid(np.arange(nk), np.arange(nj), np.arange(ni), indexing="ij")
    values = (p["f"](i, j, k) * p["slope"] + p["intercept"]).astype(np.float64)
    im = vtkImageData(); im.SetDimensions(ni, nj, nk); im.GetPointData().SetScalars(numpy_to_vtk(values.ravel(), deep=True))
    f = vtkFlyingEdges3D(); f.SetInputData(im); f.SetValue(0, p["iso"]); f.ComputeNormalsOn(); f.ComputeScalarsOff(); f.Update(); o = f.GetOutput()
    v = vtk_to_numpy(o.GetPoints().GetData()).astype(float); n = vtk_to_numpy(o.GetPointData().GetNormals()).astype(float)
    t = vtk_to_numpy(o.GetPolys().GetData()).reshape(-1, 4)[:, 1:]
    m = np.array(p["rows"], float); linear = m[:, :3]
    # VTK's normals may point either way between versions: against the gradient of the values is outwards here.
    g = np.stack(np.gradient(values, edge_order=1)[::-1], -1); c = np.clip(np.rint(v).astype(int), 0, [ni - 1, nj - 1, nk - 1])
    if (np.einsum("ij,ij->i", g[c[:, 2], c[:, 1], c[:, 0]], n)).sum() > 0: n = -n
    v = v @ linear.T + m[:, 3]; n = n @ np.linalg.inv(linear); length = np.linalg.norm(n, axis=1, keepdims=True); n = np.divide(n, length, where=length > 0, out=np.zeros_like(n))
    cross = np.cross(v[t[:, 1]] - v[t[:, 0]], v[t[:, 2]] - v[t[:, 0]]); pick = np.linspace(0, len(v) - 1, 120).astype(int)
    out.append({**{key: p[key] for key in ("name", "kind", "dims", "rows", "slope", "intercept", "iso")}, "vertices": len(v), "triangles": len(t),
        "areaMm2": round(float(np.linalg.norm(cross, axis=1).sum() / 2), 4), "centroidMm": [round(float(x), 5) for x in v.mean(0)],
        "samples": [[round(float(x), 5) for x in (*v[q], *n[q])] for q in pick]})
    print(p["name"], len(v), len(t), values.min(), values.max(), int((values == p["iso"]).sum()), "values equal the isovalue")
here = os.path.dirname(os.path.abspath(__file__))
json.dump({"source": f"VTK {vtkVersion.GetVTKVersion()} vtkFlyingEdges3D", "phantoms": out}, open(os.path.join(here, "isosurface.json"), "w"), separators=(",", ":"))
