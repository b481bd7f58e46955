"""The tutorial's network in PyTorch and onnxruntime: answers each task (a line of JSON) with what it measured."""

import json
import os
import sys
import time

import numpy as np
import onnxruntime
import torch
from torch import nn

SIZE, CLASSES = 32, 2


class Network(nn.Module):
    """CIFAR10_quick with Caffe's pooling: windows may reach past the end, and averages don't count what lies there."""

    def __init__(self, mean):
        super().__init__()
        self.register_buffer("mean", mean)
        self.layers = nn.Sequential(
            nn.Conv2d(3, 32, 5, padding=2),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.ReLU(),
            nn.Conv2d(32, 32, 5, padding=2),
            nn.ReLU(),
            nn.AvgPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(32, 64, 5, padding=2),
            nn.ReLU(),
            nn.AvgPool2d(3, 2, ceil_mode=True),
            nn.Flatten(),
            nn.Linear(1024, 64),
            nn.Linear(64, CLASSES),
        )

    def forward(self, pixels):
        return self.layers(pixels.float() - self.mean)


def prepared(layout):
    torch.manual_seed(1)
    network = Network(torch.rand(3, SIZE, SIZE) * 255)
    for name, value in network.named_parameters():
        if name.endswith("weight"):
            nn.init.normal_(value, std=0.01)
    return network.to(memory_format=layout)


def pixels_of(count):
    pixels = np.random.default_rng(1).integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


def training(layout, count):
    network = prepared(layout)
    # Of its implementations the fused one is the fastest here.
    optimizer = torch.optim.Adagrad(network.parameters(), lr=0.001, weight_decay=0.004, eps=1e-8, fused=True)
    pixels = pixels_of(count).contiguous(memory_format=layout)
    labels = torch.arange(count) % CLASSES
    mirrored = torch.arange(count) % 2 == 1
    loss_of = nn.CrossEntropyLoss()

    def step():
        seen = torch.where(mirrored[:, None, None, None], pixels.flip(3), pixels)
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(seen), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def inference(layout, count):
    network = prepared(layout).eval()
    pixels = pixels_of(count).contiguous(memory_format=layout)

    def step():
        with torch.inference_mode():
            return network(pixels).softmax(1).numpy()

    return step


def onnx_inference(path, count):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    # It takes numbers with decimals; making them of bytes is not counted.
    pixels = np.ascontiguousarray(pixels_of(count).numpy().astype(np.float32))
    return lambda: session.run(None, {name: pixels})


def arithmetic(_, __):
    """Two products of square matrices: the most that these cores multiply and add."""
    one, other = torch.rand(2048, 2048), torch.rand(2048, 2048)
    return lambda: one @ other


LAYOUTS = {"torch": torch.contiguous_format, "torch channels_last": torch.channels_last}


def program(task):
    if task["name"] == "arithmetic":
        return arithmetic(None, None)
    if task["peer"] == "onnxruntime":
        return onnx_inference(task["model"], task["count"])
    make = training if task["name"] == "training" else inference
    return make(LAYOUTS[task["peer"]], task["count"])


if __name__ == "__main__":
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    versions = {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__}
    print(json.dumps({"ready": versions}), flush=True)
    programs = {}
    for line in sys.stdin:
        task = json.loads(line)
        key = (task["name"], task.get("peer"))
        if key not in programs:
            programs[key] = program(task)
            for _ in range(3):
                programs[key]()
        times = []
        end = time.perf_counter() + task["seconds"]
        while time.perf_counter() < end:
            begin = time.perf_counter()
            programs[key]()
            times.append(time.perf_counter() - begin)
        print(json.dumps({"seconds": sorted(times)}), flush=True)
