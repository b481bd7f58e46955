"""The tutorial's network in PyTorch over the windows of an image, and in its dense form: answers each task with seconds."""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SIZE, HALF, CLASSES, BATCH = 32, 16, 2, 512
LAYOUTS = {"torch": torch.contiguous_format, "torch channels_last": torch.channels_last}


class Network(nn.Module):
    """CIFAR10_quick with Caffe's pooling: windows may reach past the end, and averages don't count what lies there."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.rand(3, SIZE, SIZE) * 255)
        self.conv1 = nn.Conv2d(3, 32, 5, padding=2)
        self.conv2 = nn.Conv2d(32, 32, 5, padding=2)
        self.conv3 = nn.Conv2d(32, 64, 5, padding=2)
        self.ip1 = nn.Linear(1024, 64)
        self.ip2 = nn.Linear(64, CLASSES)

    def forward(self, windows):
        x = F.relu(F.max_pool2d(self.conv1(windows.float() - self.mean), 3, 2, ceil_mode=True))
        for conv in (self.conv2, self.conv3):
            x = F.avg_pool2d(F.relu(conv(x)), 3, 2, ceil_mode=True, count_include_pad=False)
        return self.ip2(self.ip1(x.flatten(1))).softmax(1)

    def dense(self, image):
        """All windows at once: strides become 1, and what follows them takes values that lie further apart."""
        x = F.conv2d(image.float() - self.mean.mean((1, 2), keepdim=True), self.conv1.weight, self.conv1.bias)
        x = F.relu(F.max_pool2d(x, 3, 1))
        for conv, step in ((self.conv2, 2), (self.conv3, 4)):
            x = F.relu(F.conv2d(x, conv.weight, conv.bias, dilation=step))
            x = sums(sums(x, step, 2), step, 3) / 9
        x = F.conv2d(x, self.ip1.weight.view(64, 64, 4, 4), self.ip1.bias, dilation=8)
        return F.conv2d(x, self.ip2.weight[:, :, None, None], self.ip2.bias).softmax(1)


def sums(x, step, axis):
    """Of three values that lie `step` apart."""
    length = x.shape[axis] - 2 * step
    return x.narrow(axis, 0, length) + x.narrow(axis, step, length) + x.narrow(axis, 2 * step, length)


def mirrored(task, margin):
    pixels = np.fromfile(task["pixels"], np.uint8).reshape(task["height"], task["width"], 3)
    rows = task.get("rows") or task["height"]
    padded = np.pad(pixels[:rows], ((margin, margin), (margin, margin), (0, 0)), "symmetric")
    return torch.from_numpy(padded[:, :, ::-1].copy()).permute(2, 0, 1)


def window_map(network, layout, task):
    image = mirrored(task, HALF)
    rows, columns = image.shape[1] - SIZE, image.shape[2] - SIZE
    windows = image.unfold(1, SIZE, 1).unfold(2, SIZE, 1)[:, :rows, :columns].permute(1, 2, 0, 3, 4)
    result = torch.empty(rows * columns)
    for start in range(0, rows * columns, BATCH):
        places = torch.arange(start, min(start + BATCH, rows * columns))
        batch = windows[places // columns, places % columns].contiguous(memory_format=layout)
        result[start : start + len(places)] = network(batch)[:, 1]
    return result.view(rows, columns)


def dense_map(network, layout, task):
    # A window's first corner lies 14 pixels behind the first pixel that the dense form sees; it sees 66 more than it answers.
    image = mirrored(task, HALF + 21)[:, 7:, 7:]
    height, width = (task.get("rows") or task["height"]), task["width"]
    seen = image[:, : height + 66, : width + 66]
    return network.dense(seen[None].contiguous(memory_format=layout))[0, 1]


MODES = {"window": window_map, "dense": dense_map}


if __name__ == "__main__":
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(1)
    networks = {name: Network().eval().to(memory_format=layout) for name, layout in LAYOUTS.items()}
    print(json.dumps({"ready": torch.__version__}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        begin = time.perf_counter()
        with torch.inference_mode():
            result = MODES[task["mode"]](networks[task["peer"]], LAYOUTS[task["peer"]], task).numpy()
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "shape": result.shape}), flush=True)
