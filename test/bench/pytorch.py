#!/usr/bin/env python3
"""PyTorch's part of run.ts: its models as ONNX files, and its own times on them. Says one JSON object on standard output.

versions                             of what is used
export NAME BATCH FILE.onnx          a model, with statistics of batch norms frozen and every parameter under its name
step NAME BATCH CASE.json STEPS DEVICE   milliseconds of training steps on random input, and the memory of the process
backbone FILE.onnx                   ResNet-18 without its classifier, for any number of pictures
job FOLDER STAGE EPOCHS DEVICE       seconds of an epoch of ResNet-18 on FOLDER/train and FOLDER/validation, of which
                                     only the classifier learns, and the stage so called ("none" for no stage)

DEVICE is "cpu"; anything else is the graphics card that PyTorch finds.
"""
import json, math, os, platform, statistics, sys, time, warnings
from pathlib import Path

try:
    import torch
except ImportError:
    print(json.dumps({"missing": "torch"}))
    sys.exit(0)
from torch import nn
from torch.nn import functional

warnings.filterwarnings("ignore")
torch.manual_seed(1)
torch.set_num_threads(os.cpu_count() or 1)

CLASSES = 10
WARM_UP = 2
VOCABULARY, TOKENS = 30522, 128
PIXELS = 224


class Block(nn.Module):
    """Attention and two dense layers, each behind a norm and beside a shortcut."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.before_dense = nn.LayerNorm(width)
        self.dense = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def attend(self, x):
        samples, tokens, width = x.shape
        size = width // self.heads
        joint = self.attention(x).view(samples, tokens, 3, self.heads, size)
        query, key, value = (joint[:, :, part].transpose(1, 2) for part in range(3))
        weights = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(size), dim=3)
        return self.projection((weights @ value).transpose(1, 2).reshape(samples, tokens, width))

    def forward(self, x):
        x = x + self.attend(self.before_attention(x))
        return x + self.dense(self.before_dense(x))


class Encoder(nn.Module):
    def __init__(self, tokens, width, heads, depth):
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(1, tokens, width))
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.blocks(x + self.positions))


class VisionTransformer(nn.Module):
    def __init__(self, width=192, heads=3, depth=12, patch=16):
        super().__init__()
        self.patches = nn.Conv2d(3, width, kernel_size=patch, stride=patch)
        self.encoder = Encoder((PIXELS // patch) ** 2, width, heads, depth)
        self.classifier = nn.Linear(width, CLASSES)

    def forward(self, pictures):
        tokens = self.patches(pictures).flatten(start_dim=2).transpose(1, 2)
        return self.classifier(self.encoder(tokens).mean(dim=1))


class TextTransformer(nn.Module):
    def __init__(self, width=256, heads=4, depth=4):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, width)
        self.encoder = Encoder(TOKENS, width, heads, depth)
        self.classifier = nn.Linear(width, CLASSES)

    def forward(self, tokens):
        return self.classifier(self.encoder(self.words(tokens))[:, 0])


OWN = {"head": lambda: nn.Linear(1280, CLASSES), "vit_tiny": VisionTransformer, "bert_mini": TextTransformer}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def card():
    """PyTorch's name for the graphics card, None where it has none."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None


def place(device):
    where = "cpu" if device == "cpu" else card()
    if where is None:
        raise SystemExit("PyTorch finds no graphics card.")
    return where


# torchvision takes memory of its own, and is brought in where it is needed alone.
def model_of(name):
    if name in OWN:
        return OWN[name]().eval()
    from torchvision.models import get_model
    return get_model(name, weights=None, num_classes=CLASSES).eval()


def input_of(name, batch):
    if name == "head":
        return torch.randn(batch, 1280)
    if name == "bert_mini":
        return torch.randint(VOCABULARY, (batch, TOKENS))
    return torch.randn(batch, 3, PIXELS, PIXELS)


def write(model, x, file, **more):
    settings = dict(opset_version=17, input_names=["input"], output_names=["output"], **more)
    if "dynamo" in torch.onnx.export.__code__.co_varnames:
        settings["dynamo"] = False
    torch.onnx.export(model, (x,), file, **settings)


def export(name, batch, file):
    kept = dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    write(model_of(name), input_of(name, int(batch)), file, **kept)
    return {"file": file}


def backbone(file):
    from torchvision.models import resnet18
    model = resnet18(weights=None)
    model.fc = nn.Identity()
    write(model.eval(), torch.randn(1, 3, PIXELS, PIXELS), file, dynamic_axes={"input": {0: "N"}, "output": {0: "N"}})
    return {"file": file}


def peak_mebibytes():
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def step(name, batch, case, steps, device):
    settings = dict(json.loads(Path(case).read_text())["optimizer"])
    where = place(device)
    model, x = model_of(name).to(where), input_of(name, int(batch)).to(where)
    target = torch.randint(CLASSES, (int(batch),)).to(where)
    optimizer = OPTIMIZERS[settings.pop("kind")](model.parameters(), **settings)
    times, losses = [], []
    for _ in range(WARM_UP + int(steps)):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), target)
        loss.backward()
        optimizer.step()
        # Waits for a graphics card. JSON has no word for what is not finite.
        losses.append(loss.item() if math.isfinite(loss.item()) else None)
        times.append(1000 * (time.perf_counter() - start))
    timed = times[WARM_UP:]
    spread = {"min": min(timed), "median": statistics.median(timed), "max": max(timed)}
    return {"ms": spread, "loss": losses, "peakRssMiB": peak_mebibytes()}


def job(folder, stage, epochs, device):
    """As PyTorch's own tutorial on transfer learning: every picture through the whole network in every epoch."""
    import torchvision
    prepare = torchvision.transforms.Compose([
        torchvision.transforms.Resize((PIXELS, PIXELS)),
        torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    loaders = {}
    for split in ("train", "validation"):
        pictures = torchvision.datasets.ImageFolder(str(Path(folder, split)), prepare)
        loaders[split] = torch.utils.data.DataLoader(
            pictures, batch_size=32, shuffle=split == "train", num_workers=os.cpu_count() or 1)
    classes = len(loaders["train"].dataset.classes)
    where = place(device)
    model = torchvision.models.resnet18(weights=None, num_classes=classes).eval().to(where)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.split(".")[0] in ("fc", stage)
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-3)
    start = time.perf_counter()
    for _ in range(int(epochs)):
        for pictures, labels in loaders["train"]:
            optimizer.zero_grad()
            functional.cross_entropy(model(pictures.to(where)), labels.to(where)).backward()
            optimizer.step()
        with torch.inference_mode():
            for pictures, _ in loaders["validation"]:
                model(pictures.to(where)).cpu()
    return {"secondsPerEpoch": (time.perf_counter() - start) / int(epochs)}


def versions():
    try:
        import onnx
        import torchvision
    except ImportError as missing:
        return {"missing": missing.name}
    return {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__,
            "onnx": onnx.__version__, "threads": torch.get_num_threads(),
            **({"card": torch.cuda.get_device_name()} if card() == "cuda" else {})}


COMMANDS = {"versions": versions, "export": export, "step": step, "backbone": backbone, "job": job}
if __name__ == "__main__":
    command, *words = sys.argv[1:]
    result = COMMANDS[command](*words)
    print(json.dumps(result))
