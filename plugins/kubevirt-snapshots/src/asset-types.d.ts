// SPDX-License-Identifier: Apache-2.0
/// <reference types="@backstage/cli/asset-types" />
