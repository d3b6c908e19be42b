import AstroLua
import Glibc

let commandLine = CommandLine.arguments
let parsed = parseOrExit(Array(commandLine.dropFirst()))
exit(run(parsed, command: Array(commandLine.dropLast(parsed.script.count))))
