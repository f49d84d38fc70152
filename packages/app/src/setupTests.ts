// SPDX-License-Identifier: Apache-2.0
import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Rendering takes its time on a busy machine; what fails, fails all the same.
jest.setTimeout(60_000);
configure({ asyncUtilTimeout: 15_000 });
