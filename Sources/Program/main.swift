import Glibc

StandardStreams.openClosed()
StandardStreams.checkAtEnd()
exit(perform(parseOrExit(Array(CommandLine.arguments.dropFirst()))))
