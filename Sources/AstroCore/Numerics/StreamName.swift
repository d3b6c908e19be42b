/// What random numbers are drawn for.
package enum Purpose: CaseIterable {
    case nodeParameter, connection, synapseParameter, thirdFactor, pool, poisson, noise, sample, nodeAssignment,
        cellStep, generator, script, synapseStep, position
    /// Rules that connect recorders, parameters of connections that are set, spikes that a recorder gets of a generator: each
    /// shares the code of another purpose, from which `places` keep it apart.
    case recorderRule, synapseAssignment, recordedPoisson

    /// Part of what makes runs repeatable: never reuse one.
    fileprivate var code: UInt32 {
        switch self {
        case .nodeParameter: 1
        case .connection, .recorderRule: 2
        case .synapseParameter, .synapseAssignment: 3
        case .thirdFactor: 4
        case .pool: 5
        case .poisson, .recordedPoisson: 6
        case .noise: 7
        case .sample: 8
        case .nodeAssignment: 9
        case .cellStep: 10
        case .generator: 11
        case .script: 12
        case .synapseStep: 13
        case .position: 20
        }
    }

    fileprivate var sharesCode: Bool { [.recorderRule, .synapseAssignment, .recordedPoisson].contains(self) }

    /// Bits that tell the parameters of a call apart.
    fileprivate var parameterBits: Int {
        switch self {
        case .nodeParameter, .nodeAssignment: 8
        case .synapseParameter: 4
        default: 0
        }
    }

    /// Where the first numbers are kept, among 2^24.
    fileprivate var places: Range<Int> {
        switch self {
        case .connection: 0..<0xff_ffff
        case .recorderRule: 0xff_ffff..<0x100_0000
        case .synapseParameter: 0..<0xf0_0000
        case .synapseAssignment: 0xf0_0000..<0x100_0000
        case .poisson: 0..<1 << 23
        case .recordedPoisson: 1 << 23..<1 << 24
        default: 0..<1 << 24
        }
    }

    /// Pages of 2^24 numbers behind the first; Poisson numbers have other uses for most of the bits.
    fileprivate var pages: Int { code == 6 ? 1 << 7 - 1 : 1 << 19 - 1 }

    /// Parameters that a model may have.
    package var mostParameters: Int { 1 << parameterBits }
    /// How many may draw: calls, populations, links of generators.
    package var mostCalls: Int { (pages << 24) >> parameterBits }
}

/// The name of a random stream: purpose, call, parameter and member. Two names are equal only if all four are. Nobody else
/// forms names.
///
/// In the counter of `Philox`
///
///     word 0        low half of the block's number
///     word 1        bits 0 to 11: the rest of it, or of the member; 12: does the purpose share its code?; from 13 on: the page
///     word 2        low half of the member
///     word 3        code of the purpose << 24 | place on the page
///
/// Call and parameter are one number. The first ones have their `places` on page 0, later ones pages of their own: number n
/// is at place n mod 2^24 of page n / 2^24 + 1. Members from 2^32 on have streams of 2^32 blocks; those of a call that draw by
/// time, or all in one stream, are fewer.
package struct StreamName: Hashable {
    /// Words 3 and 2 of the counter.
    let words: SIMD2<UInt32>
    /// What belongs to word 1: page, and rest of the member.
    let page: UInt32

    /// Counts are checked with `check` where calls are counted.
    package init(_ purpose: Purpose, call: Int = 0, parameter: Int = 0, member: Int = 0) {
        precondition(call >= 0 && call < purpose.mostCalls, "too many calls for the names of random numbers")
        precondition(parameter >= 0 && parameter < purpose.mostParameters, "too many parameters")
        let number = call << purpose.parameterBits | parameter, places = purpose.places
        let isFirst = number < places.count
        let place = isFirst ? places.lowerBound + number : number & 0xff_ffff
        let page = isFirst ? 0 : UInt32(number >> 24 + 1) << 13 | (purpose.sharesCode ? 1 << 12 : 0)
        self.init(purpose.code << 24 | UInt32(place), page, member)
    }

    /// Another member of the same call.
    package func of(member: Int) -> StreamName { StreamName(words[0], page & ~0xfff, member) }

    private init(_ call: UInt32, _ page: UInt32, _ member: Int) {
        precondition(member >= 0 && member < Self.mostMembers, "too many members of one call")
        words = SIMD2(call, UInt32(truncatingIfNeeded: member))
        self.page = page | UInt32(member >> 32)
    }

    /// Refuses a call for which there is no name: random numbers would repeat.
    package static func check(_ purpose: Purpose, call: Int, _ what: @autoclosure () -> String) throws {
        guard call < purpose.mostCalls else {
            throw InputError("\(what()): there have been \(call), and no random numbers are left for more")
        }
    }

    package static let mostMembers = 1 << 44
    /// Blocks that a stream has.
    static let mostBlocks = 1 << 44
    /// Steps that a simulation can have: streams that go by time take a block each.
    package static let mostSteps = mostBlocks

    /// Has the name a stream that starts there?
    func reaches(_ block: Int) -> Bool { block >= 0 && block < (page & 0xfff == 0 ? Self.mostBlocks : 1 << 32) }

    /// The counter of a block.
    @inline(__always)
    package func counter(_ block: UInt64) -> SIMD4<UInt32> {
        SIMD4(UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block &>> 32) | page, words[1], words[0])
    }
}
