-- The discrete Fourier transform of any length.
--
-- Powers of two by Cooley and Tukey; other lengths by Bluestein, who writes the transform as a convolution, which powers of two can do.
local cos, sin, pi = math.cos, math.sin, math.pi

-- Real and imaginary parts, in place; n is a power of two.
local function radix2(re, im)
  local n, j = #re, 0
  for i = 0, n - 2 do
    if i < j then
      re[i + 1], re[j + 1], im[i + 1], im[j + 1] = re[j + 1], re[i + 1], im[j + 1], im[i + 1]
    end
    local bit = n >> 1
    while j & bit ~= 0 do
      j, bit = j ~ bit, bit >> 1
    end
    j = j | bit
  end
  local half = 1
  while half < n do
    for k = 0, half - 1 do
      local c, s = cos(pi * k / half), -sin(pi * k / half)
      for a = k + 1, n, 2 * half do
        local b = a + half
        local x, y = re[b] * c - im[b] * s, re[b] * s + im[b] * c
        re[a], re[b], im[a], im[b] = re[a] + x, re[a] - x, im[a] + y, im[a] - y
      end
    end
    half = 2 * half
  end
end

local function power_above(n)
  local m = 1
  while m < n do m = 2 * m end
  return m
end

-- The angles pi k^2 / n; k^2 modulo 2n keeps them exact.
local function chirp(n)
  local c, s = {}, {}
  for k = 0, n - 1 do
    local angle = pi * (k * k % (2 * n)) / n
    c[k + 1], s[k + 1] = cos(angle), sin(angle)
  end
  return c, s
end

local function zeros(n)
  local list = {}
  for i = 1, n do list[i] = 0.0 end
  return list
end

local function bluestein(re, im)
  local n = #re
  local m = power_above(2 * n - 1)
  local c, s = chirp(n)
  local ar, ai, br, bi = zeros(m), zeros(m), zeros(m), zeros(m)
  for k = 1, n do
    ar[k], ai[k] = re[k] * c[k] + im[k] * s[k], im[k] * c[k] - re[k] * s[k]
    br[k], bi[k] = c[k], s[k]
    if k > 1 then br[m - k + 2], bi[m - k + 2] = c[k], s[k] end
  end
  radix2(ar, ai)
  radix2(br, bi)
  -- The inverse transform is the transform with real and imaginary parts exchanged.
  for k = 1, m do ar[k], ai[k] = ar[k] * br[k] - ai[k] * bi[k], ar[k] * bi[k] + ai[k] * br[k] end
  radix2(ai, ar)
  for k = 1, n do
    local x, y = ar[k] / m, ai[k] / m
    re[k], im[k] = x * c[k] + y * s[k], y * c[k] - x * s[k]
  end
end

-- fft(re, im): two plain tables of equal length, transformed in place: X_j = sum over k of x_k exp(-2 pi i j k / n).
local function fft(re, im)
  local n = #re
  if n < 2 then return end
  if n & (n - 1) == 0 then radix2(re, im) else bluestein(re, im) end
end

return { fft = fft, power_above = power_above }
