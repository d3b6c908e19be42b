import Glibc

StandardStreams.openClosed()
StandardStreams.checkAtEnd()
checkProcessor()
checkWords()
exit(perform(parseOrExit(Array(CommandLine.arguments.dropFirst()))))
