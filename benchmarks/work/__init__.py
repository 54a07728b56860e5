"""Every row, in the order of the tables; a file per kind of work, with the programs of all contenders."""

from benchmarks.row import Row
from benchmarks.work import (
    adam,
    autoencoder,
    chain,
    convolution,
    embedding,
    gemm,
    gpu,
    lenet,
    lenet_tutorial,
    linear_algebra,
    lstm,
    lstm_classifier,
    networks,
    order,
    rbm,
    scalar,
    skip_gram,
    slices,
    subnormals,
    transformer,
)

ROWS: tuple[Row, ...] = (
    *networks.STEPS,
    *subnormals.ROWS,
    *lstm.ROWS,
    *lstm_classifier.ROWS,
    *transformer.ROWS,
    *convolution.ROWS,
    *lenet.ROWS,
    *lenet_tutorial.ROWS,
    *slices.ROWS,
    *embedding.ROWS,
    *skip_gram.ROWS,
    *autoencoder.ROWS,
    *rbm.ROWS,
    *scalar.ROWS,
    *chain.ROWS,
    *adam.ROWS,
    *gemm.ROWS,
    *linear_algebra.ROWS,
    *order.ROWS,
    *networks.GROWTH,
)
GPU_ROWS: tuple[Row, ...] = gpu.ROWS
