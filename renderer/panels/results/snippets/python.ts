/** A Python program that answers as `graft predict` does; how pictures are prepared it takes from the model. */
export const python = (file: string): string => `"""What the model says of photos: python predict.py photo.jpg ..."""
import io
import json
import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before onnxruntime: its Linux and macOS builds report to its makers
import numpy as np
import onnxruntime
from PIL import Image, ImageCms, ImageOps

session = onnxruntime.InferenceSession(${JSON.stringify(file)})
about = session.get_modelmeta().custom_metadata_map
labels = json.loads(about["graft.labels"])
prepare = json.loads(about["graft.preprocess"])


def from_deep(photo):
    """More than 8 bits a number: what becomes white follows from the largest one."""
    numbers = np.asarray(photo, dtype=np.float64)
    largest = int(numbers.max())
    whites = prepare["white"]["float" if photo.mode == "F" else "integer"]
    white = next((white for white in whites if largest <= white), largest)
    grey = np.floor(numbers * 255 / white + 0.5).clip(0, 255)
    return np.stack([grey] * 3, axis=2)


def to_srgb(photo, path):
    photo = photo.convert({"1": "L", "L": "L", "CMYK": "CMYK"}.get(photo.mode, "RGB"))
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(photo.info["icc_profile"]))
        return ImageCms.profileToProfile(photo, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (KeyError, OSError, ImageCms.PyCMSError):  # there is none, or one of other colours
        if photo.mode == "CMYK":
            print(f"{path}: CMYK without a profile, its colours are a guess", file=sys.stderr)
        return photo.convert("RGB")


def read(path):
    """The first frame, upright, in sRGB, without transparency: [height, width, 3], 0 to 255."""
    photo = Image.open(path)
    is_cut = any(";16" in str(tile[3]) for tile in photo.tile)  # of colours, Pillow keeps 8 bits of 16
    photo = ImageOps.exif_transpose(photo)
    if photo.mode[0] in "IF":
        return from_deep(photo)
    is_transparent = photo.has_transparency_data
    photo = photo.convert("RGBA") if is_transparent else photo
    alpha = photo.getchannel("A") if is_transparent else None
    photo = to_srgb(photo, path)
    if is_cut and np.asarray(photo).max() < 64:
        raise ValueError(f"{path}: colours of fewer than 16 bits in 16; save it with 8")
    if alpha:
        photo = Image.composite(photo, Image.new("RGB", photo.size, prepare["background"]), alpha)
    return np.asarray(photo)


def pixels_of(path):
    """What the model takes: [1, 3, height, width], 0 to 1."""
    photo = read(path).astype(np.float32)
    size = np.array(prepare["size"])
    whole = np.array(photo.shape[:2])
    part = size * (whole / size).min() if prepare["crop"] == "centre" else whole
    top, left = ((whole - part) / 2).clip(0)
    bottom, right = np.minimum((whole + part) / 2, whole)
    scaled = [
        # One by one as floats: Pillow rounds whole pictures to 8 bits twice.
        Image.fromarray(channel).resize((size[1], size[0]), Image.BILINEAR, (left, top, right, bottom))
        for channel in photo.transpose(2, 0, 1)
    ]
    return np.stack(scaled)[None] / 255


for path in sys.argv[1:] or ["photo.jpg"]:
    (probabilities,) = session.run(["probabilities"], {"input": pixels_of(path)})
    print(path)
    for label, probability in zip(labels, probabilities[0]):
        print(f"  {label:20} {probability:.1%}")
`;
