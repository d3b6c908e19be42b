import Testing

@testable import AstroCore

@Suite("Names that were probably meant")
struct NearNameTests {
    private let known = [
        "aeif_cond_alpha_astro", "astrocyte_lr_1994", "Ca_astro", "IP3", "string", "table", "tau_syn_ex", "times",
        "V_m", "w",
    ]

    @Test(
        "A slip in a short name, one in four letters of a longer one",
        arguments: [
            ("tiems", "times"), ("Vm", "V_m"), ("v_m", "V_m"), ("IP4", "IP3"), ("strng", "string"),
            ("stirng", "string"),
            ("tau_syn_exc", "tau_syn_ex"), ("aeif_cond_exp_astro", "aeif_cond_alpha_astro"),
            ("astrocyte_lr_1949", "astrocyte_lr_1994"), ("Ca", "Ca_astro"), ("V", "V_m"),
        ])
    func isMeant(typed: String, meant: String) {
        #expect(InputError.nearest(to: typed, among: known) == meant)
    }

    @Test(
        "What looks like no name of the list is not taken for one",
        arguments: ["nothing", "label", "strong_s", "x", "t", "dinner", "something", ""])
    func isNotMeant(typed: String) {
        #expect(InputError.nearest(to: typed, among: known) == nil)
    }
}
