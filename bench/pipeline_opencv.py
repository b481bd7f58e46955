"""Step 1 by the same rules with OpenCV and NumPy, in worker processes: the peer of `bench/pipeline.mjs`.

Reads one JSON object a line (a job for all workers), answers one a line (seconds, patches). Workers are started,
and have imported everything, before the first job. OpenCV has no antialiased cubic reduction; Pillow's, which has
the same kernel as Matlab's imresize, takes its place.
"""

import json
import multiprocessing
import os
import resource
import sys
import time

import cv2
import numpy as np
from PIL import Image

SIZE, WHITE, EDGE, DISTANCE, BACKGROUND_RATIO = 32, 0.8, 2, 3, 0.3


def read_pair(image_path, mask_path, scale):
    image = cv2.imread(image_path, cv2.IMREAD_COLOR)
    mask = cv2.imread(mask_path, cv2.IMREAD_GRAYSCALE)
    if scale != 1:
        image, mask = reduce(image, scale), reduce(mask, scale)
    return image, (mask > 127).astype(np.uint8)


def reduce(image, scale):
    height, width = image.shape[:2]
    size = (round(width * scale), round(height * scale))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def find_regions(image, mask):
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    stained = (grey <= WHITE * 255).astype(np.uint8)
    positive = mask & stained
    near_mask = cv2.dilate(mask, np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8))
    near_epithelium = cv2.dilate(positive, np.ones((2 * DISTANCE + 1, 2 * DISTANCE + 1), np.uint8))
    edge = near_mask & (1 - mask) & stained
    background = (1 - near_epithelium) & stained
    return positive, edge, background


def choose(region, wanted, random):
    candidates = np.flatnonzero(region)
    return random.permutation(candidates)[:wanted]


def crops(image, positions):
    """The original's way: 64x64 round the pixel, turned, then the middle 32x32."""
    padded = cv2.copyMakeBorder(image, SIZE, SIZE, SIZE, SIZE, cv2.BORDER_REFLECT)
    width = image.shape[1]
    middle = slice(SIZE // 2 - 1, SIZE // 2 - 1 + SIZE)
    for position in positions.tolist():
        row, column = divmod(position, width)
        window = padded[row : row + 2 * SIZE, column : column + 2 * SIZE]
        yield 0, window[middle, middle]
        yield 90, cv2.rotate(window, cv2.ROTATE_90_COUNTERCLOCKWISE)[middle, middle]


def extract(task):
    image, mask = read_pair(task["image"], task["mask"], task["scale"])
    regions = find_regions(image, mask)
    random = np.random.default_rng(1)
    positive = choose(regions[0], task["perImage"], random)
    edge = choose(regions[1], len(positive), random)
    background = choose(regions[2], round(len(positive) * BACKGROUND_RATIO), random)
    patch = np.empty((SIZE, SIZE, 3), np.uint8)
    count = 0
    for kind, label, positions in (("p", 1, positive), ("e", 0, edge), ("b", 0, background)):
        for i, (rotation, crop) in enumerate(crops(image, positions)):
            patch[:] = crop
            if task["out"]:
                name = f"{task['name']}_{label}_{kind}_{i // 2 + 1}_{rotation}.png"
                cv2.imwrite(os.path.join(task["out"], name), patch)
            count += 1
    return count


def ready(_):
    cv2.setNumThreads(1)
    time.sleep(0.2)


if __name__ == "__main__":
    workers = int(sys.argv[1])
    with multiprocessing.Pool(workers, ready, (None,)) as pool:
        pool.map(ready, range(workers))
        print(json.dumps({"ready": f"OpenCV {cv2.__version__}, NumPy {np.__version__}"}), flush=True)
        for line in sys.stdin:
            tasks = json.loads(line)
            begin = time.perf_counter()
            count = sum(pool.imap_unordered(extract, tasks))
            print(json.dumps({"seconds": time.perf_counter() - begin, "patches": count}), flush=True)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"peakBytes": children * 1024}), flush=True)
