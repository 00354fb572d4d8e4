//! A second-order filter, two channels at once.

use crate::lanes::F64x2;

/// Coefficients of a second-order section with `a0 = 1`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biquad {
    pub(crate) b: [f64; 3],
    pub(crate) a: [f64; 2],
}

/// A section at work: coefficients and what it remembers, in both lanes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    b: [F64x2; 3],
    a: [F64x2; 2],
    state: [F64x2; 2],
}

/// What a section remembers of two channels.
pub(crate) type State = [[f64; 2]; 2];

impl Biquad {
    /// Goes on from a state.
    pub(crate) fn resume(&self, state: State) -> Running {
        Running { b: self.b.map(F64x2::splat), a: self.a.map(F64x2::splat), state: state.map(F64x2::new) }
    }

    /// The state after a constant input that has lasted for ever, and what comes out.
    pub(crate) fn settled(&self, x: [f64; 2]) -> (State, [f64; 2]) {
        let gain = self.b.iter().sum::<f64>() / (1.0 + self.a[0] + self.a[1]);
        let y = x.map(|x| gain * x);
        let first = [0, 1].map(|lane| y[lane] - self.b[0] * x[lane]);
        let second = [0, 1].map(|lane| self.b[2] * x[lane] - self.a[1] * y[lane]);
        ([first, second], y)
    }
}

impl Running {
    /// One frame through the section: transposed direct form II.
    #[inline(always)]
    pub(crate) fn step(&mut self, x: F64x2) -> F64x2 {
        let y = self.b[0].mul(x).add(self.state[0]);
        self.state[0] = self.b[1].mul(x).sub(self.a[0].mul(y)).add(self.state[1]);
        self.state[1] = self.b[2].mul(x).sub(self.a[1].mul(y));
        y
    }

    /// What it remembers. A decay ends here before it reaches denormal numbers, which cost a hundred times the time of others.
    pub(crate) fn pause(self) -> State {
        self.state.map(|lanes| lanes.values().map(|value| if value.abs() < 1e-200 { 0.0 } else { value }))
    }
}
