import Glibc

exit(perform(parseOrExit(Array(CommandLine.arguments.dropFirst()))))
