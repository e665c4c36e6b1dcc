"""Making and measuring models: corpus, augmentation, training, evaluation. The daemon never imports it."""
