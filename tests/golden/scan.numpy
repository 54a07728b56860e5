def run0_loop(faults, T, B, last, x, W, U, i):
    rows = np.zeros((T, 100), np.float32)
    stack = np.zeros((T, B, 100), np.float32)
    known = len(faults)
    for step in range(T):
        x_step = x[step]
        t0 = last @ W
        t1 = x_step @ U
        t2 = t0 + t1
        new_h = np.tanh(t2)
        t3 = take(faults, 0, new_h, i, 0)
        last, rows[step], stack[step] = new_h, t3, last
        if len(faults) > known:
            faults[known:] = [(*fault[:3], step, *fault[3:]) for fault in faults[known:]]
            break
    return last, rows, stack


def run0_loop_2(T, state, dC_dW, items, x, W, U):
    for step in reversed(range(T)):
        items_step = items[step]
        x_step = x[step]
        t0 = items_step @ W
        t1 = x_step @ U
        t2 = t0 + t1
        t3 = tanh_slope(t2)
        t4 = state * t3
        t5 = np.transpose(W, (1, 0))
        t6 = t4 @ t5
        t7 = np.transpose(items_step, (1, 0))
        t8 = t7 @ t4
        t9 = dC_dW + t8
        state, dC_dW = t6, t9
    return state, dC_dW


def run0(arguments, dims, variables):
    faults = []
    x = arguments[0]
    start = arguments[1]
    W = arguments[2]
    U = arguments[3]
    i = arguments[4]
    T = dims[0]
    B = dims[1]
    last, rows, t0 = run0_loop(faults, T, B, start, x, W, U, i)
    t1 = last * last
    C = total(t1, (0, 1))
    dC_dlast = last + last
    t2 = np.float32(0.0)
    t3 = np.broadcast_to(t2, (100, 100))
    t4, dC_dW = run0_loop_2(T, dC_dlast, t3, t0, x, W, U)
    return [C, rows, dC_dW], [], min(faults, default=None)
