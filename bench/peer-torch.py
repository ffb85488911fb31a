"""PyTorch on the CPU. Reads one job from standard input as JSON and writes one answer as JSON; arrays travel as files.

job: {folder, layers, input, images, classes, rate, limits: {least, most, time, slow}}; in the folder, float32 unless said:
  input.bin [images, channels, height, width], targets.bin int32 [images],
  NAME.weight.bin and NAME.bias.bin of every layer that has them, in the layout that PyTorch and Caffe share.
answer: {times: milliseconds of each step}; logits.bin [images, classes] and gradient.bin like the input, both of the
  images as they were before any step.

A step: log softmax of each image's target, its gradient to the images, x <- x + rate * gradient.
"""

import json
import os
import sys
import time

import numpy
import torch
from torch.nn import functional

job = json.load(sys.stdin)


def array(name, kind=numpy.float32):
    return torch.from_numpy(numpy.fromfile(os.path.join(job["folder"], name + ".bin"), kind))


def operation(layer):
    kind, name = layer["kind"], layer["name"]
    if kind == "convolution":
        side = layer["kernel"]
        weight = array(name + ".weight").reshape(layer["outChannels"], -1, side, side)
        bias = array(name + ".bias")
        return lambda x: functional.conv2d(
            x, weight, bias, stride=layer["stride"], padding=layer["padding"], groups=layer["groups"]
        )
    if kind == "max-pool":
        up = layer["rounding"] == "up"
        return lambda x: functional.max_pool2d(x, layer["size"], layer["stride"], ceil_mode=up)
    if kind == "lrn":
        return lambda x: functional.local_response_norm(
            x, layer["size"], alpha=layer["alpha"], beta=layer["beta"], k=layer["k"]
        )
    if kind == "relu":
        return functional.relu
    if kind == "dense":
        weight = array(name + ".weight").reshape(layer["outputs"], -1)
        bias = array(name + ".bias")
        return lambda x: functional.linear(x.flatten(1), weight, bias)
    if kind == "dropout":
        return lambda x: x
    raise ValueError("no " + kind + " here")


operations = [operation(layer) for layer in job["layers"]]
targets = array("targets", numpy.int32).long()
images = torch.arange(job["images"])


def network(x):
    for each in operations:
        x = each(x)
    return x


def slope(x):
    x.requires_grad_()
    logits = network(x)
    objective = functional.log_softmax(logits, 1)[images, targets].sum()
    (gradient,) = torch.autograd.grad(objective, x)
    return logits.detach(), gradient


def step(x):
    _, gradient = slope(x)
    return x.detach() + job["rate"] * gradient


x = array("input").reshape(job["images"], *job["input"])
for name, values in zip(["logits", "gradient"], slope(x)):
    values.numpy().tofile(os.path.join(job["folder"], name + ".bin"))

limits = job["limits"]
times = []
started = time.perf_counter()
while len(times) < limits["least"] or (
    len(times) < limits["most"] and 1e3 * (time.perf_counter() - started) < limits["time"]
):
    start = time.perf_counter()
    x = step(x)
    times.append(1e3 * (time.perf_counter() - start))
    if times[-1] > limits["slow"]:
        break
json.dump({"times": times, "version": torch.__version__, "threads": torch.get_num_threads()}, sys.stdout)
