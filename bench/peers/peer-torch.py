"""PyTorch on the CPU. Reads one job from standard input as JSON and writes one answer as JSON; arrays travel as files.

job: {folder, layers, input, images, classes, parameters, rate, momentum, limits: {least, most, time, slow}}; in the folder,
  float32 unless said:
  input.bin [images, channels, height, width], targets.bin int32 [images],
  NAME.weight.bin and NAME.bias.bin of every layer that has them, in the layout that PyTorch and Caffe share.
answer: {times: milliseconds of each step}; logits.bin [images, classes] and input.gradient.bin or, where parameters are
  named, PARAMETER.gradient.bin of each, of the images and parameters as they were before any step.

A step: log softmax of each image's target, its gradient to the images, x <- x + rate * gradient. Where parameters are named:
the mean of -log softmax, its gradient to them, v <- momentum * v + gradient, w <- w - rate * v.
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


parameters = {}


def parameter(name, *shape):
    parameters[name] = array(name).reshape(shape)
    return parameters[name]


def operation(layer):
    kind, name = layer["kind"], layer["name"]
    if kind == "convolution":
        side = layer["kernel"]
        weight = parameter(name + ".weight", layer["outChannels"], -1, side, side)
        bias = parameter(name + ".bias", -1)
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
        weight = parameter(name + ".weight", layer["outputs"], -1)
        bias = parameter(name + ".bias", -1)
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


def slope(x, to, scale):
    for each in to:
        each.requires_grad_()
    logits = network(x)
    objective = scale * functional.log_softmax(logits, 1)[images, targets].sum()
    gradients = torch.autograd.grad(objective, to)
    return logits.detach(), gradients


def ascend():
    global x
    _, (gradient,) = slope(x, [x], 1)
    x = x.detach() + job["rate"] * gradient


def train():
    _, gradients = slope(x, trained, -1 / job["images"])
    with torch.no_grad():
        for each, velocity, gradient in zip(trained, velocities, gradients):
            velocity.mul_(job["momentum"]).add_(gradient)
            each.sub_(job["rate"] * velocity)


def write(name, values):
    values.numpy().tofile(os.path.join(job["folder"], name + ".bin"))


x = array("input").reshape(job["images"], *job["input"])
trained = [parameters[name] for name in job["parameters"]]
velocities = [torch.zeros_like(each) for each in trained]
step, to, names, scale = (train, trained, job["parameters"], -1 / job["images"]) if trained else (ascend, [x], ["input"], 1)
logits, gradients = slope(x, to, scale)
write("logits", logits)
for name, gradient in zip(names, gradients):
    write(name + ".gradient", gradient)

limits = job["limits"]
times = []
started = time.perf_counter()
while len(times) < limits["least"] or (
    len(times) < limits["most"] and 1e3 * (time.perf_counter() - started) < limits["time"]
):
    start = time.perf_counter()
    step()
    times.append(1e3 * (time.perf_counter() - start))
    if times[-1] > limits["slow"]:
        break
json.dump({"times": times, "version": torch.__version__, "threads": torch.get_num_threads()}, sys.stdout)
