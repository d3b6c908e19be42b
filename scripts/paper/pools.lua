-- Pools: as Sparse, with pools of 10, 100, 1000 or 10 000 astrocytes for each neuron (--pool_size, --pool_type). The larger the pools,
-- the more astrocytes act on a neuron, each more weakly; the sum stays the same.
-- Pools of type block do not overlap: with --pool_size 1 each neuron has one astrocyte, with more there are pool_size times as many
-- astrocytes as neurons.
-- test: --scale 0.1 --time 50 --warm_up 50 --pool_size 100
local network = require "network"

network.run("pools", "Pools of astrocytes, from 1 to all of them.")
