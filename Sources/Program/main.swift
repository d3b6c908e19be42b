import Glibc

Processor.startBestProgram()
StandardStreams.openClosed()
StandardStreams.checkAtEnd()
Processor.check()
checkWords()
exit(perform(parseOrExit(Array(CommandLine.arguments.dropFirst()))))
