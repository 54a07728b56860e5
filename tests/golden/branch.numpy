def run0(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    i = arguments[1]
    scale = variables[0]
    t0 = np.int64(0)
    t1 = i >= t0
    if t1:
        t2 = take(faults, 0, x, i, 0)
        t3 = t2 * scale
        y = t3
    else:
        t4 = total(x, (0,))
        t5 = t4 / scale
        y = t5
    return [y], [], min(faults, default=None)


def run1(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    i = arguments[1]
    scale = variables[0]
    N = dims[0]
    t0 = np.int64(0)
    t1 = i >= t0
    if t1:
        t2 = scatter(faults, 1, scale, i, 0, N)
        dy_dx = t2
    else:
        t3 = np.float32(1.0)
        t4 = t3 / scale
        t5 = np.broadcast_to(t4, (N,))
        dy_dx = t5
    if t1:
        t6 = take(faults, 0, x, i, 0)
        dy_dscale = t6
    else:
        t7 = total(x, (0,))
        t8 = t7 / scale
        t9 = -t8
        t10 = t9 / scale
        dy_dscale = t10
    return [dy_dx, dy_dscale], [], min(faults, default=None)


def run2(arguments, dims, variables, exchange=None):
    faults = []
    t0 = np.float32(1.0)
    return [], [t0], min(faults, default=None)
