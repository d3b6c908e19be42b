/// Some neighbouring cells of one worker, and what they receive from generators and over signals.
///
/// A worker goes through a slice block by block: it works out what arrives at a block's cells, then advances them, while
/// their input is still in the nearest cache.
final class InputBlock {
    /// Slots of the batch.
    let cells: Range<Int>
    /// With padding.
    var padded: Range<Int> { cells.lowerBound..<cells.lowerBound + AstroCore.padded(cells.count) }
    /// Their places in the worker's plane.
    let places: Range<Int>
    private(set) var links = FixedList<DeviceLink.Piece>([])
    private var gathered: [DeviceLink.Piece] = []
    fileprivate(set) var signals: [Signals] = []

    /// What reaches a port.
    final class Signals {
        let table: SignalTable
        let parts: [SignalTable.Part]
        /// To be evaluated before it is added up.
        let couplings: [(table: CouplingTable, groups: Range<Int>)]

        init(
            _ table: SignalTable, _ parts: [SignalTable.Part], _ couplings: [(table: CouplingTable, groups: Range<Int>)]
        ) {
            (self.table, self.parts, self.couplings) = (table, parts, couplings)
        }
    }

    /// So many cells have 60 kB of input in ten steps, which stays near.
    private static let usualCells = 256, usualSteps = 10

    init(cells: Range<Int>, places: Range<Int>) { (self.cells, self.places) = (cells, places) }

    fileprivate func add(_ link: DeviceLink.Piece) { gathered.append(link) }

    /// All links are added.
    fileprivate func closeLinks() { (links, gathered) = (FixedList(gathered), []) }

    /// - `slice`: how many steps cells go through at a time. In fewer, blocks have more cells, so that what each block costs does not show.
    static func blocks(of share: Cells.Share, slice: Int) -> [InputBlock] {
        let most = usualCells * max(1, usualSteps / slice)
        return stride(from: 0, to: share.cells.count, by: most).map { first in
            let number = min(most, share.cells.count - first)
            let cell = share.cells.lowerBound + first, place = share.offset + first
            return InputBlock(cells: cell..<cell + number, places: place..<place + number)
        }
    }
}

extension Simulation {
    /// Deals the connections of generators, and those that carry signals, out to blocks of cells.
    func makeInputBlocks() {
        var blocks: [ObjectIdentifier: [InputBlock]] = [:]
        for batch in batches {
            batch.blocks = batch.shares.map { InputBlock.blocks(of: $0, slice: sliceLength) }
            for (share, own) in zip(batch.shares, batch.blocks) {
                blocks[ObjectIdentifier(share.plane), default: []] += own
            }
        }
        for link in links {
            for run in link.shares.joined() {
                Self.deal(link, run, to: blocks[ObjectIdentifier(run.plane)]!)
            }
        }
        for block in blocks.values.joined() { block.closeLinks() }
        for table in signalTables() {
            for block in blocks[ObjectIdentifier(table.plane)]! {
                let parts = table.parts(block.places)
                if parts.isEmpty { continue }
                let couplings = table.couplings.map { ($0, $0.groups(at: block.places)) }.filter { !$1.isEmpty }
                block.signals.append(InputBlock.Signals(table, parts, couplings))
            }
        }
    }

    /// - `blocks`: those of the run's plane, in order of places.
    private static func deal(_ link: DeviceLink, _ run: DeviceLink.Run, to blocks: [InputBlock]) {
        let first = blocks.partitioningIndex { $0.places.upperBound > run.place }
        for block in blocks[first...] {
            guard let piece = link.piece(run, block.places) else { return }
            block.add(piece)
        }
    }
}
