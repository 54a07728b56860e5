# Functions of all kernels of the NumPy target: a fault is recorded, and the kernel continues with a harmless value.


def checked(faults, site, index, bound):
    """Positions from the start; 0 and a fault of the site where they lie outside."""
    index = np.asarray(index, np.int64)
    moved = np.where(index < 0, index + bound, index)
    bad = (moved < 0) | (moved >= bound)
    if bad.any():
        faults.append((site, int(index[bad].min()), int(bound)))
        moved = np.where(bad, 0, moved)
    return moved


def within(faults, site, label, bound):
    """Labels as they are; 0 and a fault of the site where they lie outside, also if they are negative."""
    label = np.asarray(label)
    bad = (label < 0) | (label >= bound)
    if bad.any():
        faults.append((site, int(label[bad].min()), int(bound)))
        label = np.where(bad, 0, label)
    return label


def take(faults, site, x, index, axis):
    moved = checked(faults, site, index, x.shape[axis])
    if x.shape[axis] == 0:
        return np.zeros(x.shape[:axis] + moved.shape + x.shape[axis + 1 :], x.dtype)
    return np.take(x, moved, axis=axis)


def scatter(faults, site, value, index, axis, size):
    out = np.zeros(value.shape[:axis] + (size,) + value.shape[axis + np.ndim(index) :], value.dtype)
    scatter_into(faults, site, out, value, index, axis)
    return out


def scatter_into(faults, site, out, value, index, axis):
    """Adds a value to an array at positions along an axis."""
    moved = checked(faults, site, index, out.shape[axis])
    if out.size:
        add_at(out, value, moved, axis)


def write_at(faults, site, x, part, index, starts, steps, axis, write):
    """A copy of an array with a part written at positions along an axis."""
    moved = checked(faults, site, index, x.shape[axis])
    return write(x, part, moved, starts, steps, axis) if x.shape[axis] else np.array(x)


def divisor(faults, site, a, b):
    """The divisor, after its zeros were noted."""
    zero = np.equal(b, 0)
    if zero.any():
        faults.append((site, int(np.broadcast_to(a, np.shape(zero))[zero].min()), 0))
    return b


def _noted(faults, site, found):
    """A result, after the pivot of a matrix without one was noted."""
    result, pivot = found
    if pivot is not None:
        faults.append((site, *pivot))
    return result


def cholesky_at(faults, site, x):
    return _noted(faults, site, cholesky_factor(x))


def solve_triangular_at(faults, site, t, b, lower):
    return _noted(faults, site, triangular_solution(t, b, lower))


def lu_solve_at(faults, site, factors, exchanges, b, turned):
    return _noted(faults, site, lu_solution(factors, b, turned))


def all_reduced_at(faults, exchange, x, rows):
    """The mean over all processes that train together, weighted by rows, and all their rows.  A process whose call has
    failed sends NaN as its rows, so that the calls of all processes fail."""
    mean = all_reduced(x, rows)
    if exchange is None:
        return mean
    mean[:-1] = mean[:-1] * mean[-1] if rows else 0
    if faults:
        mean[-1] = np.nan
    exchange(mean)
    if not faults and not mean[-1] > 0:
        raise RuntimeError("no process has rows" if mean[-1] == 0 else "another process has failed")
    mean[:-1] /= mean[-1]
    return mean
