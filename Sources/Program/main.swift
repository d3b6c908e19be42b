import Glibc

StandardStreams.openClosed()
StandardStreams.checkAtEnd()
checkWords()
exit(perform(parseOrExit(Array(CommandLine.arguments.dropFirst()))))
