import AstroLua
import Glibc
import LuaBridge

/// `astrolua tour` lists the lessons of the course, `astrolua tour 3` runs the third: a script as any other.
struct Tour {
    static let word = "tour"

    private let words: ArraySlice<String>

    /// nil if the words ask for something else. A script that is called "tour" is run as ./tour.
    init?(_ words: [String]) {
        guard words.first == Self.word else { return nil }
        self.words = words.dropFirst()
    }

    func start(_ asked: RunRequest) -> Int32 {
        guard let directory = Self.directory, case let lessons = Self.lessons(in: directory), !lessons.isEmpty else {
            complain("astrolua tour: there is no directory of lessons beside this program")
            return ExitStatus.failure
        }
        guard let word = words.first else {
            for lesson in lessons { print("  \(lesson.number < 10 ? " " : "")\(lesson.number)  \(lesson.title)") }
            print("astrolua tour 1 runs the first. To change a lesson, copy its script from \(directory)")
            return ExitStatus.success
        }
        guard let number = Int(word), let lesson = lessons.first(where: { $0.number == number }) else {
            complain("astrolua tour: there is no lesson '\(visible(word))' (1 to \(lessons.last!.number))")
            return ExitStatus.wrongOptions
        }
        return run(asked.with(script: lesson.path, Array(words.dropFirst())))
    }

    private struct Lesson {
        let number: Int
        let title, path: String
    }

    private static var directory: String? {
        StandardLibrary.directory(installed: "tour", checkout: "scripts/tour", holding: "README.md")
    }

    /// By number. A lesson's file is called 03_one_neuron.lua and begins with the line "-- 3. One neuron."
    private static func lessons(in directory: String) -> [Lesson] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var lessons: [Lesson] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let path = "\(directory)/\(name)"
            guard name.hasSuffix(".lua"), let number = Int(name.prefix { $0 != "_" }) else { continue }
            lessons.append(Lesson(number: number, title: title(of: path), path: path))
        }
        return lessons.sorted { $0.number < $1.number }
    }

    private static func title(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        guard fgets(&line, Int32(line.count), file) != nil else { return "" }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let title = text.drop { !$0.isLetter }.prefix { $0 != "\n" }
        return String(title.hasSuffix(".") ? title.dropLast() : title)
    }
}
