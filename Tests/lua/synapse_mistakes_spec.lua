-- What deliberate mistakes in synapses are answered with: in their definition, in connect, get and set.
local astro = require "astro"

-- A pair rule with some keys replaced; "none" leaves one out.
local function pair_rule(changes)
  local synapse = {
    name = "pair_rule",
    parameters = { { "tau_plus", "20 ms", "", "> 0" }, { "tau_minus", "20 ms" }, { "A_plus", 0.01 }, { "A_minus", 0.012 }, { "w_max", "100 pA" } },
    state = { { "K_plus", 0 }, { "K_minus", 0 }, { "last_post", "0 ms" } },
    equations = "dK_plus/dt = -K_plus/tau_plus\ndK_minus/dt = -K_minus/tau_minus",
    on_pre = "weight = max(0*pA, weight - A_minus*w_max*K_minus); K_plus += 1; send(weight)",
    on_post = "weight = min(w_max, weight + A_plus*w_max*K_plus); K_minus += 1; last_post = t",
  }
  for key, value in pairs(changes) do
    synapse[key] = value
    if value == "none" then synapse[key] = nil end
  end
  return synapse
end

local rest = "\ndK_minus/dt = -K_minus/tau_minus"

-- What is changed, and the end of the message.
local function cases()
  return {
    -- the table
    { { name = "none" },
      [[name must be a string, got nil]] },
    { { name = "two words" },
      [[synapse two words: name = 'two words' is not a name: letters, digits and _, the first not a digit]] },
    { { name = "static_synapse" },
      [['static_synapse' is the name of another model: choose another]] },
    { { name = "iaf_psc_exp" },
      [['iaf_psc_exp' is the name of another model: choose another]] },
    { { on_pre = "none" },
      [[on_pre is missing: what does a spike of the sender do?]] },
    { { on_pre = " \n" },
      [[on_pre is missing: what does a spike of the sender do?]] },
    { { on_pre = 3 },
      [[on_pre must be a string, got number 3]] },
    { { on_post = { "K_minus += 1" } },
      [[on_post must be a string, got table]] },
    { { on_pst = "K_minus += 1" },
      [[there is no key 'on_pst' (did you mean 'on_post'?)]] },
    { { paramters = {} },
      [[there is no key 'paramters' (did you mean 'parameters'?)]] },
    { { delay = 3 },
      [[there is no key 'delay' (there are: equations, name, notes, on_post, on_pre, parameters, references, state, summary, units)]] },
    { { on_spike = "K_plus += weight" },
      [[there is no key 'on_spike': on_pre says what a spike of the sender does, on_post what a spike of the target does]] },
    { { inputs = { I = "current pA" } },
      [['inputs' belongs to models of cells (astro.model)]] },
    { { method = "exact" },
      [['method' belongs to models of cells (astro.model)]] },
    { { units = "no" },
      [[units must be true or false, got string 'no']] },
    { { units = false },
      [[parameter 'tau_plus': '20 ms' has a unit, but the model has units = false]] },
    { { "send(weight)" },
      [[the synapse takes names as keys, got number 1]] },
    -- parameters and states
    { { parameters = { tau_plus = "20 msec" } },
      [[parameter 'tau_plus': there is no unit 'msec' (there are: GOhm, Hz, MOhm, V, cm, kHz, mM, mS, mV, mm, ms, nA, nF, nM, nS, pA, pF, s, uA, uF, uM, uS, um)]] },
    { { parameters = { tau_plus = "twenty ms" } },
      [[parameter 'tau_plus': 'twenty ms' is not a number with a unit, as in "250 pF"]] },
    { { parameters = { { "tau_plus", "-2 ms", "", "> 0" } } },
      [[parameter 'tau_plus': the default -2 is not allowed (> 0)]] },
    { { parameters = { weight = "3 pA" } },
      [[parameter 'weight': the name is a word of the language]] },
    { { state = { delay = "1 ms" } },
      [[state 'delay': the name is a word of the language]] },
    { { state = { A_plus = 3 } },
      [[state 'A_plus': there is a parameter of that name already]] },
    { { state = { send = 3 } },
      [[state 'send': the name belongs to a function]] },
    { { state = { K_plus = "rand()", K_minus = 0 } },
      [[state 'K_plus': the start value of a synapse's state is a number, not 'rand()']] },
    { { state = { K_plus = "A_plus", K_minus = 0 } },
      [[state 'K_plus': the start value of a synapse's state is a number, not 'A_plus']] },
    { { parameters = "tau = 20 ms" },
      [[parameters must be a table, got string 'tau = 20 ms']] },
    -- equations
    { { equations = "dK_plus/dt = -K_plus/tau_plis" .. rest },
      [[equations, line 1: there is no 'tau_plis' (did you mean 'tau_plus'?)]] },
    { { equations = "dK_plus/dt = -K_plus/A_plus" .. rest },
      [[equations, line 1: -K_plus/A_plus is a plain number, dK_plus/dt needs 1/ms]] },
    { { equations = "\n\ndK_plus/dt = -K_plus^2/tau_plus" .. rest },
      [[equations, line 3: dK_plus/dt = -K_plus^2/tau_plus is not linear with constant coefficients: between spikes, states of synapses follow equations such as dx/dt = -x/tau]] },
    { { equations = "dK_plus/dt = -K_plus*K_minus/tau_plus" .. rest },
      [[equations, line 1: dK_plus/dt = -K_plus*K_minus/tau_plus is not linear with constant coefficients: between spikes, states of synapses follow equations such as dx/dt = -x/tau]] },
    { { equations = "dK_plus/dt = -K_plus*t/tau_plus^2" .. rest },
      [[equations, line 1: dK_plus/dt = -K_plus*t/tau_plus^2 is not linear with constant coefficients: between spikes, states of synapses follow equations such as dx/dt = -x/tau]] },
    { { equations = "dK_plus/dt = xi/tau_plus" .. rest },
      [[equations, line 1: synapses have no noise ('xi')]] },
    { { equations = "dweight/dt = -weight/tau_plus" .. rest },
      [[equations, line 1: 'weight' has no line: on_pre and on_post change it]] },
    { { equations = "dA_plus/dt = 0" .. rest },
      [[equations, line 1: 'A_plus' is a parameter; a line dX/dt is that of a state]] },
    { { equations = "dK/dt = 0" .. rest },
      [[equations, line 1: there is no state 'K' (did you mean 'K_plus'?)]] },
    { { equations = "K_plus = 0" .. rest },
      [[equations, line 1: 'K_plus' is a state: its line is dK_plus/dt = …]] },
    { { equations = "dK_plus/dt = 0\ndK_plus/dt = 0" },
      [[equations, line 2: dK_plus/dt has two lines]] },
    { { equations = "dK_plus/dt = (-K_plus/tau_plus" .. rest },
      [[equations, line 1: ')' is missing: a line continues while a bracket is open]] },
    -- on_pre
    { { on_pre = "sned(weight)" },
      [[on_pre: there is no statement 'sned(…)' (did you mean 'send(…)'?)]] },
    { { on_pre = "send(wieght)" },
      [[on_pre: there is no 'wieght' (did you mean 'weight'?)]] },
    { { on_pre = "r = weight\n\nsend(r)\nsend(weigth)" },
      [[on_pre, line 4: there is no 'weigth' (did you mean 'weight'?)]] },
    { { on_pre = "wieght += 1*pA; send(weight)" },
      [[on_pre: there is no state 'wieght' (did you mean 'weight'?)]] },
    { { on_pre = "K_plos = 1; send(weight)" },
      [[on_pre: there is no state 'K_plos' (did you mean 'K_plus'?)]] },
    { { on_pre = "A_plus = 1; send(weight)" },
      [[on_pre: 'A_plus' is a parameter: statements change states and the weight]] },
    { { on_pre = "delay = 1*ms; send(weight)" },
      [[on_pre: 'delay' is a word of the language: statements change states and the weight]] },
    { { on_pre = "K_plus += 1*ms; send(weight)" },
      [[on_pre: 1*ms is ms, K_plus needs a plain number]] },
    { { on_pre = "K_plus *= 2*ms; send(weight)" },
      [[on_pre: 2*ms is ms; a factor of 'K_plus' has no unit]] },
    { { on_pre = "last_post = 3; send(weight)" },
      [[on_pre: 3 is a plain number, last_post needs ms]] },
    { { on_pre = "weight += 1*pA; send(2*weight + 1)" },
      [[on_pre: 2*weight is pA, 1 is a plain number, and they are added]] },
    { { on_pre = "weight += 1*pA; send(weight); send(K_plus)" },
      [[on_pre: K_plus is 1, but what is sent before it is pA]] },
    { { on_pre = "weight += 1*mV; send(weight)" },
      [[on_post: weight is mV, A_plus*w_max*K_plus is pA, and they are added]] },
    { { on_pre = "send(K_plus > 1)" },
      [[on_pre: 'K_plus > 1' is a condition, not a number]] },
    { { on_pre = "send(weight" },
      [[on_pre: ')' is missing at the end]] },
    { { on_pre = "send()" },
      [[on_pre: '()' holds nothing]] },
    { { on_pre = "send(weight) send(weight)" },
      [[on_pre: an operator is missing between ')' and 'send']] },
    { { on_pre = "weight == 3" },
      [[on_pre: 'weight' is followed by '=='; a statement is 'X = …' or 'X += …']] },
    { { on_pre = "if K_plus > 1 then send(weight) end" },
      [[on_pre: a statement is 'X = …' or 'X += …', this one begins with 'if']] },
    { { on_pre = "send(weight)\nK_plus +=\n" },
      [[on_pre, line 3: a value is missing after '+=']] },
    { { on_pre = "send(weight*exp(last_post))" },
      [[on_pre: last_post is ms; exp takes a plain number]] },
    { { on_pre = "send(weight*rand(3))" },
      [[on_pre: rand takes nothing, got 1]] },
    { { on_pre = "send(weight*binomial(3*ms, 0.5))" },
      [[on_pre: 3*ms is ms; binomial takes plain numbers]] },
    { { on_pre = "send(weight*xi)" },
      [[on_pre: noise ('xi') belongs in the lines dX/dt = … of equations]] },
    { { on_pre = "send(weight/0)" },
      [[on_pre: 'weight/0' divides by 0]] },
    -- on_post
    { { on_post = "send(weight)" },
      [[on_post: send can only be used in on_pre: a spike of the target sends nothing]] },
    { { on_post = "\nK_minus += 1\nweight += A_plus*w_max*K_pluss" },
      [[on_post, line 3: there is no 'K_pluss' (did you mean 'K_plus'?)]] },
    { { on_post = "weight = min(A_plus, weight + 1*pA)" },
      [[on_post: A_plus is a plain number, weight + 1*pA is pA, and they are arguments of one min]] },
    { { on_post = "K_minus += 1 ms" },
      [[on_post: '1 ms': write 1*ms]] },
    { { on_post = "K_minus = K_minus > 1" },
      [[on_post: 'K_minus > 1' is a condition, K_minus needs a number: int(…) turns it into 1 or 0]] },
  }
end

local function answer(f, ...)
  local fine, message = pcall(f, ...)
  assert.is_false(fine)
  return (message:gsub(" %(usage: .*", ""))
end

describe("a mistake in a synapse", function()
  for number, case in ipairs(cases()) do
    it(("%d: %s"):format(number, case[2]:sub(1, 70)), function()
      assert.equal(case[2], answer(astro.synapse, pair_rule(case[1])):sub(-#case[2]))
    end)
  end

  it("is made in a synapse that is right", function() assert.equal("pair_rule", astro.synapse(pair_rule {}).name) end)

  it("is told with the line of the script and the name of the synapse", function()
    local message = answer(function()
      astro.synapse(pair_rule { on_pre = "send(wieght)" })
    end)
    assert.truthy(message:find("synapse_mistakes_spec.lua:%d+: synapse pair_rule: on_pre: "))
  end)

  it("that is deep or long ends in an error", function()
    for _, text in ipairs { ("("):rep(90000), "1" .. ("^1"):rep(40000), ("1 if 1 > 0 else "):rep(5000) } do
      assert.truthy(#answer(astro.synapse, pair_rule { on_pre = "send(" .. text .. ")" }) < 2000)
    end
    assert.truthy(#answer(astro.synapse, pair_rule { on_pre = ("K_plus += 1;"):rep(20000) }) < 2000)
  end)

  it("leaves no model behind", function()
    answer(astro.synapse, pair_rule { name = "never_connected", on_pre = "sned(weight)" })
    for _, name in ipairs(astro.models()) do assert.are_not.equal("never_connected", name) end
  end)
end)

describe("a mistake in", function()
  local synapse = astro.synapse {
    name = "decaying", parameters = { { "tau", "10 ms", "", "> 0" } }, state = { { "x", 1, "", ">= 0" } }, equations = "dx/dt = -x/tau", on_pre = "x += 1; send(weight*x)",
  }

  local function cells()
    local sim = astro.Simulation { resolution = 0.1 }
    return sim, sim:create("parrot_neuron", 2), sim:create("parrot_neuron", 3)
  end

  local function connect(synapse_spec, rule, sender)
    local sim, a, b = cells()
    return sim:connect(sender and sim:create(sender) or a, b, rule, synapse_spec)
  end

  local function spec(changes)
    changes.synapse_model = changes.synapse_model or synapse
    return changes
  end

  -- what is called, and the end of the message
  local calls = {
    { connect, { spec { synapse_model = "decayin" } }, "connect: there is no synapse model 'decayin' (did you mean 'decaying'?)" },
    { connect, { spec { taw = 3 } }, "connect: decaying has no parameter 'taw' (did you mean 'tau'?)" },
    { connect, { spec { X = 3 } }, "connect: decaying has no parameter 'X' (did you mean 'x'?)" },
    { connect, { spec { tau = "3 ms" } }, "connect: decaying: tau: '3 ms': a number is written without quotes, in the unit that help shows" },
    { connect, { spec { x = 0 / 0 } }, "connect: x = nan is not a number" },
    { connect, { spec { x = { 1, 2 } } }, "connect: decaying: x has 2 values for 6 connections" },
    { connect, { spec { delay = 0 } }, "connect: delay = 0 ms is shorter than the resolution 0.1 ms (use a multiple of 0.1)" },
    { connect, { spec { receptor_type = 3 } }, "connect: parrot_neuron: receptor_type = 3 is not a receptor (0 or 1)" },
    { connect, { spec { signal = "V_m" } }, "connect: decaying has no parameter 'signal' (there are: delay, receptor_type, synapse_model, tau, weight, x)" },
    { connect, { nil, synapse }, "connect: rule must be a name or a table, got Synapse" },
    { connect, { spec {}, nil, "poisson_generator" },
      "connect: poisson_generator connects through static_synapse only, not decaying (put a parrot_neuron in between)" },
    { connect, { spec {}, nil, "astrocyte_lr_1994" },
      "connect: decaying: astrocyte_lr_1994 sends no spikes; its slow inward current needs synapse_model = 'sic_connection'" },
    { function()
      local sim = cells()
      sim:create("decaying")
    end, {}, "create: decaying is a synapse model: it belongs in connect" },
  }
  for _, case in ipairs(calls) do
    it(case[3]:sub(1, 90), function()
      assert.equal(case[3], answer(case[1], table.unpack(case[2], 1, 3)):sub(-#case[3]))
    end)
  end

  it("connect or set that is out of the allowed range", function()
    assert.truthy(answer(connect, spec { tau = 0 }):find("tau = 0", 1, true))
    assert.truthy(answer(connect, spec { x = -1 }):find("x = -1", 1, true))
    local sim, a, b = cells()
    sim:connect(a, b, nil, spec {})
    local c = sim:connections { synapse_model = synapse }
    assert.truthy(answer(c.set, c, { tau = -2 }):find("tau = -2", 1, true))
    assert.equal(10, c:get("tau")[1])
  end)

  it("get and set", function()
    local sim, a, b = cells()
    sim:connect(a, b, nil, spec {})
    local c = sim:connections { synapse_model = synapse }
    for _, case in ipairs {
      { c.get, "y", "get: decaying has no parameter 'y' (there are: delay, receptor_type, source, target, tau, weight, x)" },
      { c.get, "known at", "get: decaying has no parameter 'known at' (there are: delay, receptor_type, source, target, tau, weight, x)" },
      { c.set, { taw = 3 }, "set: decaying has no parameter 'taw' (did you mean 'tau'?)" },
      { c.set, { tau = "3 ms" }, "set: tau must be a number, a list of numbers or a distribution, got '3 ms'" },
      { c.set, { x = 0 / 0 }, "set: x = nan is not a number" },
      { c.set, { x = { 1, 2 } }, "set: x has 2 values for 6 connections" },
      { c.set, { since = 2 }, "set: decaying has no parameter 'since' (there are: delay, receptor_type, tau, weight, x)" },
    } do
      assert.equal(case[3], answer(case[1], c, case[2]):sub(-#case[3]))
    end
    assert.are.same({ 1, 1, 1, 1, 1, 1 }, c:get("x"):totable())
  end)
end)
