"""Training-free local features: extraction, the copy index, geometric verification, the keypoint view."""
