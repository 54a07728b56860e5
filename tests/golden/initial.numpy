def run0(arguments, dims, variables):
    faults = []
    x = arguments[0]
    N = variables[0]
    U = variables[1]
    Q = variables[2]
    t0 = x @ N
    t1 = t0 + U
    t2 = t1 @ Q
    return [t2], [], min(faults, default=None)


def run1(arguments, dims, variables):
    faults = []
    seed = arguments[0]
    t0 = normal_values(seed, 1, np.float32, (4, 3))
    t1 = np.float32(0.1)
    t2 = np.broadcast_to(t1, (4, 3))
    t3 = t0 * t2
    t4 = np.float32(0.0)
    t5 = np.broadcast_to(t4, (4, 3))
    t6 = t3 + t5
    t7 = uniform_values(seed, 2, np.float32, (3,))
    t8 = np.float32(2.0)
    t9 = np.broadcast_to(t8, (3,))
    t10 = t7 * t9
    t11 = np.float32(-1.0)
    t12 = np.broadcast_to(t11, (3,))
    t13 = t10 + t12
    t14 = orthogonal_values(seed, 3, np.float32, (3, 3))
    return [], [t6, t13, t14], min(faults, default=None)
