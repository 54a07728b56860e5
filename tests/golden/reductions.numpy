def run0(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    t0 = total(x, (1,))
    t1 = largest(x, (1,))
    t2 = np.argmax(x, axis=1).astype(np.int64)
    return [t0, t1, t2], [], min(faults, default=None)


def run1(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    t0 = total(x, (0,))
    t1 = largest(x, (0,))
    t2 = np.argmax(x, axis=0).astype(np.int64)
    return [t0, t1, t2], [], min(faults, default=None)


def run2(arguments, dims, variables, exchange=None):
    faults = []
    x = arguments[0]
    M = dims[0]
    N = dims[1]
    t0 = total(x, (0, 1))
    t1 = np.int64(M * N)
    t2 = np.asarray(t1).astype(np.float32)
    t3 = t0 / t2
    t4 = np.prod(x, axis=(0, 1), dtype=np.float32)
    t5 = np.float32(0.0)
    t6 = np.broadcast_to(t5, (M, N))
    t7 = x > t6
    t8 = np.any(t7, axis=(0, 1))
    return [t3, t4, t8], [], min(faults, default=None)
