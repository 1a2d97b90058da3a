"""Random changes of training images, a batch at a time; every draw comes from the generator that is handed in."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
from torch import Tensor

from newsctx.training.options import BiEncoderOptions


def augment(pixels: np.ndarray, size: tuple[int, int], options: BiEncoderOptions, rng: np.random.Generator) -> Tensor:
    """Crop, mirror, colour, blur and compress.

    Args:
        pixels: (B, S, S, 3) uint8, RGB.
        size: (height, width) of the result.

    Returns:
        (B, 3, height, width) float32 in 0..1.
    """
    count = len(pixels)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
    images = torch.nn.functional.grid_sample(
        images, _grid(count, size, options, rng), mode="bilinear", padding_mode="reflection", align_corners=False
    )
    if options.jitter:
        images = _jitter(images, options.jitter, rng)
    for i in np.flatnonzero(rng.random(count) < options.blur):
        images[i] = _blur(images[i], float(rng.uniform(0.5, 1.5)))
    for i in np.flatnonzero(rng.random(count) < options.jpeg):
        images[i] = _jpeg(images[i], int(rng.integers(30, 91)))
    return images.clamp_(0, 1)


def _grid(count: int, size: tuple[int, int], options: BiEncoderOptions, rng: np.random.Generator) -> Tensor:
    """Sampling positions of random crops (Szegedy et al. 2015: area and aspect ratio), some mirrored."""
    area = rng.uniform(options.crop_min_area, 1, count)
    ratio = np.exp(rng.uniform(-1, 1, count) * math.log(options.crop_ratio))
    wide, high = np.minimum(np.sqrt(area * ratio), 1), np.minimum(np.sqrt(area / ratio), 1)
    left, top = rng.uniform(-1, 1, count) * (1 - wide), rng.uniform(-1, 1, count) * (1 - high)
    mirror = np.where(rng.random(count) < options.flip, -1.0, 1.0)
    theta = np.zeros((count, 2, 3), np.float32)
    theta[:, 0, 0], theta[:, 0, 2] = wide * mirror, left
    theta[:, 1, 1], theta[:, 1, 2] = high, top
    return torch.nn.functional.affine_grid(torch.from_numpy(theta), [count, 3, *size], align_corners=False)


def _jitter(images: Tensor, most: float, rng: np.random.Generator) -> Tensor:
    """Saturation, contrast and brightness, each times 1 - most .. 1 + most."""
    factor = torch.from_numpy(rng.uniform(1 - most, 1 + most, (3, len(images), 1, 1, 1)).astype(np.float32))
    grey = (images * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)  # ITU-R BT.601
    images = grey + (images - grey) * factor[0]
    mean = grey.mean(dim=(2, 3), keepdim=True)
    return (mean + (images - mean) * factor[1]) * factor[2]


def _blur(image: Tensor, sigma: float) -> Tensor:
    plain = image.permute(1, 2, 0).contiguous().numpy()
    return torch.from_numpy(cv2.GaussianBlur(plain, (0, 0), sigma)).permute(2, 0, 1)


def _jpeg(image: Tensor, quality: int) -> Tensor:
    plain = (image.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    done, data = cv2.imencode(".jpg", plain, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV cannot encode JPEG")
    return torch.from_numpy(cv2.imdecode(data, cv2.IMREAD_COLOR).copy()).permute(2, 0, 1).float().div_(255)
