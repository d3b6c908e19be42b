import AstroLua
import Glibc

let commandLine = CommandLine.arguments
let parsed = parseOrExit(Array(commandLine.dropFirst()))
if let experiment = NewExperiment(parsed.script) { exit(experiment.write()) }
exit(run(parsed, command: Array(commandLine.dropLast(parsed.script.count))))
