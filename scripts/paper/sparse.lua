-- Sparse: the base of all benchmark networks. 8000 excitatory and 2000 inhibitory neurons, 10 000 astrocytes, pairs connected at
-- random, an astrocyte at half of the excitatory connections. Fires asynchronously at about 5 Hz; the paper reports 4.76 Hz.
-- test: --scale 0.1 --time 50 --warm_up 50
local network = require "network"

network.run("sparse", "The base network of Jiang et al. (2025): asynchronous, irregular firing.")
