def run0(arguments, dims, variables):
    faults = []
    a = arguments[0]
    b = arguments[1]
    N = dims[0]
    t0 = np.broadcast_to(b, (N,))
    t1 = floor_divide(a, divisor(faults, 0, a, t0))
    t2 = floor_remainder(a, divisor(faults, 1, a, t0))
    t3 = total(a, (0,))
    t4 = np.int64(N)
    t5 = np.int64(0)
    t6 = t4 > t5
    return [t1, t2, t3, t6, t3], [], min(faults, default=None)
