"""Random changes of speech that keep its meaning: other rooms, microphones, noises, levels and speeds.

One transform a file, batched in torch on the device of the clips. Every transform is drawn first and applied
then (`base.py`); `chain.py` puts several in a row; `catalog.py` knows all by name.

The order matters. Clips are padded to their window first; then comes what happens at the mouth (speed,
splices, time shift), in the room (reverberation, voices, noise), in the microphone and on the line (frequency
response, telephone, clipping, level), and on the features (masks). Padding comes before noise: a clip that is
padded after noise was added holds digital silence beside noisy speech, and a model learns that edge instead
of words.
"""
