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
    t0 = np.int64(2888157287497312212)
    t1 = random_bits(seed, t0, (4, 3))
    t2 = standard_normal(t1)
    t3 = np.asarray(t2).astype(np.float32)
    t4 = np.float32(0.1)
    t5 = np.broadcast_to(t4, (4, 3))
    t6 = t3 * t5
    t7 = np.int64(161453382267263634)
    t8 = random_bits(seed, t7, (3,))
    t9 = unit_interval(t8)
    t10 = np.float64(16777216.0)
    t11 = np.broadcast_to(t10, (3,))
    t12 = t9 * t11
    t13 = np.floor(t12)
    t14 = np.asarray(t13).astype(np.float32)
    t15 = np.float32(5.960464477539063e-08)
    t16 = np.broadcast_to(t15, (3,))
    t17 = t14 * t16
    t18 = np.float32(2.0)
    t19 = np.broadcast_to(t18, (3,))
    t20 = t17 * t19
    t21 = np.float32(-1.0)
    t22 = np.broadcast_to(t21, (3,))
    t23 = t20 + t22
    t24 = orthogonal_values(seed, 6362559590581229353, np.float32, (3, 3))
    return [], [t6, t23, t24], min(faults, default=None)
