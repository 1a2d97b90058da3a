"""What happens to photographs on the way to a fact-checker: crops, mirroring, banners, screenshots."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageOps

from newsctx.demo.painter.lettering import font

Edit = Callable[[Image.Image], Image.Image]


def crop(image: Image.Image) -> Image.Image:
    """Half of the area."""
    return image.crop((150, 60, 602, 362))


def mirror(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image)


def grey(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).convert("RGB").resize((420, 280))


def banner(image: Image.Image) -> Image.Image:
    """A breaking-news strip over the lower edge."""
    out = image.copy()
    draw = ImageDraw.Draw(out)
    draw.rectangle((0, 352, 640, 427), fill=(176, 24, 32))
    draw.text((20, 389), "BREAKING: IT HAPPENED TODAY", font=font(30), fill="white", anchor="lm")
    return out


def screenshot(image: Image.Image) -> Image.Image:
    """The photograph inside a post of an invented network, as a telephone shows it."""
    out = Image.new("RGB", (540, 760), (250, 250, 252))
    draw = ImageDraw.Draw(out)
    draw.ellipse((24, 28, 76, 80), fill=(30, 130, 140))
    draw.text((92, 42), "harbour_eye_77", font=font(20), fill=(20, 24, 30), anchor="lm")
    draw.text((92, 68), "2 min", font=font(15), fill=(120, 126, 134), anchor="lm")
    draw.text((24, 112), "Ferry sinks near LISBON this morning!!", font=font(21), fill=(20, 24, 30), anchor="lm")
    out.paste(image.resize((540, 360)), (0, 146))
    draw.text((24, 548), "3.1K shares   814 comments", font=font(16), fill=(120, 126, 134), anchor="lm")
    draw.line((24, 580, 516, 580), fill=(220, 224, 228), width=2)
    return out
