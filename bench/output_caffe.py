"""The tutorial's step 5 in real Caffe, every window once: answers each task with seconds."""

import json
import sys
import time

import caffe
import numpy as np

SIZE, HALF, BATCH = 32, 16, 512

if __name__ == "__main__":
    net_file, model_file, mean_file = sys.argv[1:4]
    caffe.set_mode_cpu()
    net = caffe.Net(net_file, caffe.TEST, weights=model_file)
    blob = caffe.proto.caffe_pb2.BlobProto()
    with open(mean_file, "rb") as file:
        blob.ParseFromString(file.read())
    mean = np.array(blob.data, np.float32).reshape(3, SIZE, SIZE)
    print(json.dumps({"ready": caffe.__version__}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        begin = time.perf_counter()
        pixels = np.fromfile(task["pixels"], np.uint8).reshape(task["height"], task["width"], 3)
        padded = np.pad(pixels[: task["rows"]], ((HALF, HALF), (HALF, HALF), (0, 0)), "symmetric")
        image = padded[:, :, ::-1].transpose(2, 0, 1)
        places = [(y, x) for y in range(task["rows"]) for x in range(task["width"])]
        for start in range(0, len(places), BATCH):
            some = places[start : start + BATCH]
            windows = np.stack([image[:, y : y + SIZE, x : x + SIZE] for y, x in some]).astype(np.float32) - mean
            net.blobs["data"].reshape(*windows.shape)
            net.blobs["data"].data[...] = windows
            net.forward()
        print(json.dumps({"seconds": time.perf_counter() - begin}), flush=True)
